import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findSmallDisk } from '../../examples/orders/small-disk.mjs';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'small-disk-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

const all = process.env.PATH ?? '';

/** With only these programs on PATH, those of them that are here. */
function found(...names: readonly string[]) {
  const [programs, home] = [folder(), folder()];
  const find = `command -v ${names.join(' ')}`;
  const paths = spawnSync('sh', ['-c', find], { encoding: 'utf8' }).stdout.split('\n');
  for (const path of paths)
    if (path) symlinkSync(path, join(programs, path.split('/').at(-1) ?? ''));
  process.env.PATH = programs;
  onTestFinished(() => {
    process.env.PATH = all;
  });
  const small = findSmallDisk(home);
  expect(readdirSync(home)).toEqual([]);
  return { small, home };
}

it('a small disk is not had without programs, and says so', () => {
  const { small } = found();
  expect(small).toEqual({ unavailable: expect.stringContaining('unshare') });
});

it('in place of a small disk there is a limit on files, where a disk cannot be mounted', () => {
  const { small } = found('prlimit');
  const isThere = all.split(delimiter).some((at) => spawnSync(join(at, 'prlimit')).status === 0);
  const limit = { what: expect.stringContaining('limit'), disk: expect.any(Function) };
  expect(small).toEqual(isThere ? limit : { unavailable: expect.any(String) });
});

it('a process that is given a small disk finds it empty, and as small as that', () => {
  const { small, home } = found('unshare', 'sh', 'mount', 'prlimit');
  const { args, through } = 'disk' in small ? small.disk(home) : { args: ['none'] };
  if (through === undefined) return expect(args).not.toEqual(['disk']);
  const [command = '', ...more] = through;
  const look = `const { bsize, blocks, bfree } = require('fs').statfsSync(${JSON.stringify(home)});
    console.log(bsize * blocks / 2 ** 20, blocks - bfree)`;
  const { stdout } = spawnSync(command, [...more, '-e', look], { encoding: 'utf8' });
  expect(stdout).toBe('36 0\n');
});
