import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isInUse, nameOfOwner, ownerOf, speakerOf } from '../../../runtime/cli/data-owner.ts';
import { diskFiles } from '../../../runtime/world/files.ts';
import { MemoryFiles } from '../../../runtime/world/memory-files.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { openDataDir, owner } from './data-dir.fixture.ts';

describe('the owner of a directory', () => {
  it('is whoever opened it last', async () => {
    const { path, log, release } = await openDataDir();
    await log.close();
    await release();
    const found = await ownerOf(diskFiles, path);
    expect(found).toEqual(owner);
    expect(nameOfOwner(found)).toBe(
      `process 4194305 on ${owner.host}, runtime orders, since 2026-01-01T00:00:00.000Z`,
    );
  });

  it('has no name if nobody left one', async () => {
    const path = temporaryDirectory();
    expect(await ownerOf(diskFiles, path)).toBe(null);
    writeFileSync(`${path}/owner`, 'garbage');
    expect(await ownerOf(diskFiles, path)).toBe(null);
    expect(nameOfOwner(null)).toBe('a process that left no name');
  });

  it('is named before what it says, in words that steer no terminal', () => {
    const host = 'mars\u001b[2J\n';
    expect([speakerOf(owner), speakerOf({ ...owner, host }), speakerOf(null)]).toEqual([
      `as process 4194305 on ${owner.host} says`,
      'as process 4194305 on mars\ufffd[2J\ufffd says',
      'as a process that left no name says',
    ]);
  });
});

describe('a directory', () => {
  const lock = '/data/lock/LOCK';

  async function locked(line: (inode: number) => string) {
    const files = new MemoryFiles();
    await files.makeDirectory('/data/lock');
    await files.create(lock, new Uint8Array());
    await files.makeDirectory('/proc');
    const inode = (await files.stat(lock))?.inode ?? 0;
    await files.create('/proc/locks', Buffer.from(line(inode)));
    return isInUse(files, '/data');
  }

  it('is in use while its lock is held, by what the system tells', async () => {
    const other = '1: FLOCK  ADVISORY  WRITE 900 fe:00:1 0 EOF\n';
    const row = (inode: number) => `2: POSIX  ADVISORY  WRITE 901 fe:00:${inode} 0 EOF\n`;
    expect(await locked((inode) => other + row(inode))).toBe(true);
    expect(await locked((inode) => other + row(inode * 10 + 7))).toBe(false);
    expect(await locked(() => '')).toBe(false);
    expect(await isInUse(new MemoryFiles(), '/data')).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'of this machine is in use until it is released',
    async () => {
      const { path, log, release } = await openDataDir();
      expect(await isInUse(diskFiles, path)).toBe(true);
      await log.close();
      await release();
      expect(await isInUse(diskFiles, path)).toBe(false);
    },
  );
});
