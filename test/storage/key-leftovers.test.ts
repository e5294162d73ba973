import { link, open, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { diskFiles } from '../../runtime/world/files.ts';
import { StorageError } from '../../storage/faults.ts';
import { destroyKeyLeftovers } from '../../storage/key-leftovers.ts';
import { temporaryDirectory } from './disk.ts';
import { memoryStage, records } from './log-stage.ts';

const keys = new Uint8Array(65_536).fill(7);
const zeros = new Uint8Array(65_536);

/** What is left on the disk of a file, though its name may be gone. */
async function held(path: string): Promise<() => Promise<Uint8Array>> {
  const file = await open(path);
  return async () => {
    const bytes = new Uint8Array(keys.length);
    await file.read(bytes, 0, bytes.length, 0);
    await file.close();
    return bytes;
  };
}

describe('what a crash leaves of a copy of the key page', () => {
  it.each(['keys.a.tmp', 'keys.b.0123456789abcdef.tmp'])(
    'is overwritten before it is removed, as %s',
    async (name) => {
      const directory = temporaryDirectory();
      await writeFile(`${directory}/${name}`, keys);
      await writeFile(`${directory}/keys.a`, keys);
      const left = await held(`${directory}/${name}`);
      await destroyKeyLeftovers(diskFiles, directory);
      expect(await left()).toEqual(zeros);
      expect(await diskFiles.list(directory)).toEqual(['keys.a']);
      expect(await diskFiles.read(`${directory}/keys.a`)).toEqual(keys);
    },
  );

  it('is not overwritten if it is the copy itself under a second name', async () => {
    const directory = temporaryDirectory();
    await writeFile(`${directory}/keys.a`, keys);
    await link(`${directory}/keys.a`, `${directory}/keys.a.0123456789abcdef.tmp`);
    await destroyKeyLeftovers(diskFiles, directory);
    expect(await diskFiles.list(directory)).toEqual(['keys.a']);
    expect(await diskFiles.read(`${directory}/keys.a`)).toEqual(keys);
  });

  it('is gone once the log is open, and stays for the next time if the disk fails', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 2));
    await log.close();
    const path = '/audit/keys.b.tmp';
    await stage.files.create(path, keys);
    const overwrite = stage.files.overwrite.bind(stage.files);
    stage.files.overwrite = async (at, ...rest) => {
      if (at === path) throw new StorageError('DISK_FAILED', 'the disk failed');
      await overwrite(at, ...rest);
    };
    await (await stage.open()).close();
    expect(await stage.files.read(path)).toEqual(keys);
    stage.files.overwrite = overwrite;
    expect(await stage.findings()).toEqual([]);
    expect(await stage.files.read(path)).toBe(undefined);
    expect(await stage.read()).toEqual(['a0', 'a1']);
  });
});
