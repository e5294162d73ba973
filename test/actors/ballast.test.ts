import { describe, expect, it } from 'vitest';
import { Ballast } from '../../actors/ballast.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';

async function onDisk(sizeBytes = 100) {
  const files = new MemoryFiles();
  await files.makeDirectory('/audit');
  const ballast = new Ballast(files, '/audit/ballast', sizeBytes);
  const size = async () => (await files.stat('/audit/ballast'))?.sizeBytes;
  return { files, ballast, size };
}

describe('a ballast', () => {
  it('takes room on the disk once, and gives it back', async () => {
    const { files, ballast, size } = await onDisk();
    await ballast.take(0);
    const inode = (await files.stat('/audit/ballast'))?.inode;
    await ballast.take(0);
    expect([await size(), (await files.stat('/audit/ballast'))?.inode]).toEqual([100, inode]);
    await ballast.release();
    await ballast.release();
    expect(await size()).toBe(undefined);
  });

  it('leaves so much to others', async () => {
    const { files, ballast, size } = await onDisk();
    files.spaceBytes = 149;
    await ballast.take(50);
    const before = await size();
    files.spaceBytes = 150;
    await ballast.take(50);
    expect([before, await size()]).toEqual([undefined, 100]);
  });

  it('is made anew if it has another size, and is none if it is to have none', async () => {
    const { files, ballast, size } = await onDisk();
    await files.create('/audit/ballast', new Uint8Array(7));
    await ballast.take(0);
    expect(await size()).toBe(100);
    const none = await onDisk(0);
    await none.ballast.take(0);
    expect(await none.size()).toBe(undefined);
  });

  it('is not there if the disk turns out to be full', async () => {
    const { files, ballast, size } = await onDisk();
    files.spaceBytes = 50;
    files.freeBytes = async () => 1_000;
    await ballast.take(0);
    expect(await size()).toBe(undefined);
  });

  it('fails as the disk does', async () => {
    const { files, ballast } = await onDisk();
    files.isReadOnly = true;
    await expect(ballast.take(0)).rejects.toMatchObject({ code: 'READ_ONLY_DISK' });
  });
});
