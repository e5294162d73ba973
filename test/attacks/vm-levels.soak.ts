import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, onTestFinished, type TestContext, vi } from 'vitest';
import { renewProgram } from '../../runtime/world/vm/microvm/renew.ts';
import { buildHere } from '../runtime/world/vm/microvm/image-here.fixture.ts';
import { obstacle as noJail } from '../runtime/world/vm/process/jail.fixture.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { insidePromises } from './vm-inside.ts';
import {
  blankImage,
  childrenSince,
  codeOf,
  levelOf,
  levelPromises,
  opened,
  pathWithImpostor,
  waiting,
} from './vm-levels.ts';

const image = mkdtempSync(join(tmpdir(), 'holdfast-image-'));
const obstacle = await buildHere(image);
afterAll(() => rmSync(image, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

const isWhole = process.env.HOLDFAST_SOAK !== 'ci';
const MIB = 1_048_576;
/** Emulated, each is followed by a slow restore: CI sees one, as vm-levels.test.ts has the rest. */
const CRASHES = isWhole ? 10 : 1;

if (obstacle === undefined) levelPromises('microvm', CRASHES, image);
else it('microvm: keeps what it promises', (context) => context.skip(obstacle));

if (obstacle === undefined && isWhole) insidePromises();

const small = 'size=256k,nr_inodes=2';

/** A disk in memory at that place. */
function mountAt(path: string, options: string): void {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', path]);
  });
}

/** The same image, whose snapshots are to be made anew. */
function imageAnew(): string {
  const directory = temporaryDirectory();
  for (const name of ['manifest.json', 'vmlinux', 'initrd.cpio']) {
    symlinkSync(join(image, name), join(directory, name));
  }
  return directory;
}

async function refusedAt(imageDir: string, provisionMs = 60_000) {
  const { rt } = await opened({ vm: { imageDir }, timeouts: { provisionMs } });
  let calls = 0;
  const host = { ran: () => (calls += 1) };
  const run = rt.sandboxes.run({ code: 'host.call("ran")', host, isolation: 'microvm' });
  expect([await codeOf(run), calls]).toEqual(['ISOLATION_UNAVAILABLE', 0]);
  return levelOf(rt, 'microvm')?.unavailable;
}

const withImage = (title: string, play: (context: TestContext) => Promise<void>): void =>
  it(title, async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    if (process.getuid?.() !== 0) return context.skip('a disk is mounted by root only');
    const children = childrenSince();
    await play(context);
    await expect.poll(children, { timeout: 10_000 }).toEqual([]);
  });

withImage('a full place for snapshots is told as such, and nothing runs', async () => {
  const imageDir = imageAnew();
  mountAt(join(imageDir, 'snapshots'), 'size=1m');
  expect(await refusedAt(imageDir)).toMatch(/snapshots\/.* cannot be written: ENOSPC$/);
});

withImage('a full place for what is temporary is told as such, and nothing runs', async () => {
  const imageDir = imageAnew();
  const temporary = join(imageDir, 'tmp');
  mountAt(temporary, small);
  writeFileSync(join(temporary, 'full'), '');
  vi.stubEnv('TMPDIR', temporary);
  expect(await refusedAt(imageDir)).toMatch('ENOSPC');
});

const impostors: readonly (readonly [how: string, program: Buffer, ms: number, why: RegExp])[] = [
  ['ends at once', renewProgram(), 60_000, /^QEMU ended: /],
  ['hangs', waiting, 1_000, /within 1000 ms|in time/],
];

it.for(impostors)(
  'a QEMU that %s is waited for no longer than it may be',
  async ([_, program, ms, why], context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const children = childrenSince();
    pathWithImpostor(program);
    expect(await refusedAt(blankImage(), ms)).toMatch(why);
    await expect.poll(children, { timeout: 10_000 }).toEqual([]);
  },
);

it('a process needs no room for what is temporary', async (context) => {
  if (noJail !== undefined) return context.skip(noJail);
  if (process.getuid?.() !== 0) return context.skip('a disk is mounted by root only');
  const temporary = join(temporaryDirectory(), 'tmp');
  mountAt(temporary, small);
  writeFileSync(join(temporary, 'full'), '');
  vi.stubEnv('TMPDIR', temporary);
  const { rt } = await opened({});
  const wish = { code: 'input', input: 1, isolation: 'process' } as const;
  const { output } = await rt.sandboxes.run({ ...wish, memoryBytesMax: 32 * MIB });
  expect(output).toBe(1);
});
