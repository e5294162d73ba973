import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  isNoFile,
  openPlainFile,
  readPlainFile,
  refusal,
} from '../../../../runtime/world/vm/plain-file.ts';
import { temporaryDirectory } from '../../../storage/disk.ts';

it('reads a file, however it is linked', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'file'), 'abc');
  symlinkSync(join(directory, 'file'), join(directory, 'link'));
  expect(String(await readPlainFile(join(directory, 'link')))).toBe('abc');
  const file = await openPlainFile(join(directory, 'file'));
  expect(await file.readFile('utf8')).toBe('abc');
  await file.close();
});

it('refuses what is no file, and never waits for the other end of a pipe', async () => {
  const directory = temporaryDirectory();
  const [pipe, folder] = [join(directory, 'pipe'), join(directory, 'folder')];
  execFileSync('mkfifo', [pipe]);
  mkdirSync(folder);
  await expect(readPlainFile(pipe)).rejects.toThrow('pipe is no file');
  await expect(readPlainFile(folder)).rejects.toThrow('folder is no file');
  await expect(openPlainFile(join(directory, 'none'))).rejects.toThrow('ENOENT');
});

it('tells what is not there from what the system refuses, and says which it is', async () => {
  const directory = temporaryDirectory();
  const loop = join(directory, 'loop');
  symlinkSync(loop, loop);
  const found: unknown[] = [];
  for (const path of [directory, join(directory, 'none'), loop]) {
    const error: unknown = await openPlainFile(path).catch((thrown) => thrown);
    found.push([isNoFile(error), refusal('it', 'read', error).message]);
  }
  expect(found).toEqual([
    [true, `it cannot be read: ${directory} is no file`],
    [true, 'it cannot be read: ENOENT'],
    [false, 'it cannot be read: ELOOP'],
  ]);
});
