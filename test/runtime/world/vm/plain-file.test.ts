import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPlainFile, readPlainFile } from '../../../../runtime/world/vm/plain-file.ts';
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
