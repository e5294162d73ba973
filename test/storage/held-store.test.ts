import { describe, expect, it } from 'vitest';
import { diskFiles } from '../../runtime/world/files.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { isStoreHeld } from '../../storage/held-store.ts';
import { levelKv } from '../../storage/level-kv.ts';
import { temporaryDirectory } from './disk.ts';

describe('a store', () => {
  async function locked(line: (inode: number) => string) {
    const files = new MemoryFiles();
    await files.makeDirectory('/data/lock');
    await files.create('/data/lock/LOCK', new Uint8Array());
    await files.makeDirectory('/proc');
    const inode = (await files.stat('/data/lock/LOCK'))?.inode ?? 0;
    await files.create('/proc/locks', Buffer.from(line(inode)));
    return isStoreHeld(files, '/data/lock');
  }

  it('is held while its lock is, by what the system tells', async () => {
    const other = '1: FLOCK  ADVISORY  WRITE 900 fe:00:1 0 EOF\n';
    const row = (inode: number) => `2: POSIX  ADVISORY  WRITE 901 fe:00:${inode} 0 EOF\n`;
    expect(await locked((inode) => other + row(inode))).toBe(true);
    expect(await locked((inode) => other + row(inode * 10 + 7))).toBe(false);
    expect(await locked(() => '')).toBe(false);
    expect(await isStoreHeld(new MemoryFiles(), '/data/lock')).toBe(false);
  });

  it.runIf(process.platform === 'linux')('of this machine is held until it is closed', async () => {
    const path = `${temporaryDirectory()}/store`;
    const store = await levelKv(diskFiles).create(path);
    expect(await isStoreHeld(diskFiles, path)).toBe(true);
    await store.close();
    expect(await isStoreHeld(diskFiles, path)).toBe(false);
  });
});
