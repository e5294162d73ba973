import { expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { text } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import { fileBytes } from '../../storage/file-bytes.ts';

it('what is no file has no bytes, and what the disk does not give is no such thing', async () => {
  const files = new MemoryFiles();
  await files.create('/file', text('x'));
  await files.makeDirectory('/directory');
  const asked = ['/file', '/directory', '/nothing'].map((path) => fileBytes(files, path));
  expect(await Promise.all(asked)).toEqual([text('x'), undefined, undefined]);
  const read = () => Promise.reject(new StorageError('DISK_FAILED', 'a bad block'));
  await expect(fileBytes({ read }, '/file')).rejects.toMatchObject({ code: 'DISK_FAILED' });
});
