import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Programs } from '../../examples/orders/programs.mjs';
import { processDriver } from '../../runtime/world/vm/process/driver.ts';

const never = new AbortController().signal;

/** A folder on PATH, with some programs in it. */
function folderOf(...names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of names) writeFileSync(join(folder, name), '', { mode: 0o755 });
  return folder;
}

/** What can be run, by name, and what that is. */
function shownBy({ folder }: Programs) {
  return readdirSync(folder).map((name) => [name, readlinkSync(join(folder, name))]);
}

it('shows what is needed, the first of each on PATH, and nothing else', () => {
  const [first, second] = [folderOf('bwrap', 'cat'), folderOf('bwrap', 'setpriv')];
  const programs = new Programs(['relative', first, second].join(delimiter));
  onTestFinished(() => programs.close());
  expect(shownBy(programs)).toEqual([
    ['bwrap', join(first, 'bwrap')],
    ['setpriv', join(second, 'setpriv')],
  ]);
  // Who makes a jail may be somebody else than who made the folder.
  expect(statSync(programs.folder).mode & 0o777).toBe(0o755);
});

it('takes a program away, and puts it back', () => {
  const folder = folderOf('bwrap');
  const programs = new Programs(folder);
  onTestFinished(() => programs.close());
  programs.take('bwrap');
  const taken = shownBy(programs);
  programs.putBack('bwrap');
  expect([taken, shownBy(programs)]).toEqual([[], [['bwrap', join(folder, 'bwrap')]]]);
});

it('leaves nothing behind', () => {
  const programs = new Programs(folderOf('bwrap', 'ldd'));
  programs.close();
  programs.close();
  expect(existsSync(programs.folder)).toBe(false);
});

it('leaves jails as they are found with all of PATH', async () => {
  const path = process.env.PATH ?? '';
  const whole = await processDriver().probe(never);
  const programs = new Programs(path);
  process.env.PATH = programs.folder;
  onTestFinished(() => {
    process.env.PATH = path;
    programs.close();
  });
  expect(isThere(await processDriver().probe(never))).toBe(isThere(whole));
}, 60_000);

const isThere = (found: object): boolean => !('unavailable' in found);
