import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listTree } from './tree.mjs';

const files = ['.ci/run', '.gitignore', 'README.md', 'runtime/kernel/a.ts', 'runtime/kernel/é.ts'];
const ignored = ['data/a.ts', 'dist/a.js', 'node_modules/a/a.js', 'runtime/node_modules/a.js'];

let house = '';

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'holdfast-tree-'));
  for (const path of [...files, ...ignored]) {
    mkdirSync(join(house, dirname(path)), { recursive: true });
    writeFileSync(join(house, path), '');
  }
  writeFileSync(join(house, '.gitignore'), 'node_modules/\ndist/\ndata/\n');
});

afterEach(() => rmSync(house, { recursive: true }));

describe('the files of the project', () => {
  it('are found without git, as in an unpacked tarball', () => {
    expect(listTree(house)).toEqual(files);
  });

  it('are what git tracks or would track, and still exists', () => {
    const git = (...args: readonly string[]) => spawnSync('git', args, { cwd: house });
    git('init', '--quiet');
    writeFileSync(join(house, 'gone.ts'), '');
    git('add', 'gone.ts', 'README.md');
    rmSync(join(house, 'gone.ts'));
    expect(listTree(house)).toEqual(files);
  });
});
