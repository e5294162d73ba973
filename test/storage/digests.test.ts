import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { compareDigests, digestFiles, type FileDigest } from '../../storage/digests.ts';

const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('digests', () => {
  it('are those of all evidence in a directory, by name', async () => {
    const files = new MemoryFiles();
    for (const name of ['b', 'a', 'LOCK', 'LOG']) await files.create(`/${name}`, new Uint8Array());
    expect(await digestFiles(files, '/')).toEqual([
      ['a', 0, empty],
      ['b', 0, empty],
    ]);
    await files.makeDirectory('/c/d');
    expect((await digestFiles(files, '/')).at(-1)).toEqual(['c', 0, '0'.repeat(64)]);
    expect(await digestFiles(files, '/none')).toEqual([]);
  });

  it('tell what changed, was added and is missing', () => {
    const before: FileDigest[] = [
      ['a', 1, 'x'],
      ['b', 1, 'x'],
      ['c', 1, 'x'],
    ];
    const after: FileDigest[] = [
      ['a', 1, 'x'],
      ['b', 1, 'y'],
      ['d', 1, 'x'],
    ];
    expect(compareDigests(before, after)).toEqual([
      'b is not as it was',
      'c is missing',
      'd was added',
    ]);
    expect(compareDigests(before, before)).toEqual([]);
  });
});
