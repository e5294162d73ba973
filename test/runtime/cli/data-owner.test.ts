import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isInUse, nameOfOwner, ownerOf, speakerOf } from '../../../runtime/cli/data-owner.ts';
import { diskFiles } from '../../../runtime/world/files.ts';
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
