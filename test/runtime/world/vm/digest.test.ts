import { statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  digestOf,
  digestOfFile,
  digestOfOpened,
  identityOf,
} from '../../../../runtime/world/vm/digest.ts';
import { temporaryDirectory } from '../../../storage/disk.ts';

const OF_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

it('digests bytes, and those of a file', async () => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, 'abc');
  expect([digestOf('abc'), await digestOfFile(path)]).toEqual([OF_ABC, OF_ABC]);
});

it('digests a file that is open, which whoever reads it next has from its begin', async () => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, 'abc');
  await using file = await open(path);
  expect([await digestOfOpened(file), await file.readFile('utf8')]).toEqual([OF_ABC, 'abc']);
});

it('is given up when it is asked to be', async () => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, 'abc');
  await expect(digestOfFile(path, AbortSignal.abort())).rejects.toThrow();
  await expect(digestOfFile(`${path}s`)).rejects.toThrow('ENOENT');
});

it('is of what is the same by inode, size and both of its times', () => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, 'abc');
  const found = statSync(path, { bigint: true });
  const names = ['ino', 'size', 'mtimeNs', 'ctimeNs'] as const;
  const others = names.map((name) => Object.assign(Object.create(found), { [name]: 1n }));
  expect(new Set([found, ...others].map(identityOf)).size).toBe(5);
});
