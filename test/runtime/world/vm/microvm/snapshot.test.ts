import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  keepSnapshot,
  keyOf,
  openSnapshot,
  type Recipe,
} from '../../../../../runtime/world/vm/microvm/snapshot.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';
import { fakeQemu, hardware } from './fake-qemu.fixture.ts';

function recipe(directory = temporaryDirectory()): Recipe {
  const manifest = { version: 1, from: 'vmlinuz', kernel: 'k', initrd: 'i', contents: {} } as const;
  const paths = { kernel: join(directory, 'vmlinux'), initrd: join(directory, 'initrd.cpio') };
  const image = { directory, ...paths, initrdBytes: 0, manifest };
  return { programs: fakeQemu({}), image, hardware, programMib: 64, qemu: 'q' };
}

const save = (kept: Recipe, text: string): Promise<void> =>
  keepSnapshot(kept, async (path) => writeFileSync(path, text));

const filesOf = ({ image }: Recipe): readonly string[] =>
  readdirSync(join(image.directory, 'snapshots')).map((name) => name.replace(/^.*\./, ''));

describe('a snapshot', () => {
  it('is of one kernel, one initrd, one QEMU and one command line', () => {
    const one = recipe();
    const others: readonly Recipe[] = [
      { ...one, qemu: 'other' },
      { ...one, programMib: 65 },
      { ...one, hardware: { ...hardware, accel: 'kvm' } },
      { ...one, image: { ...one.image, manifest: { ...one.image.manifest, initrd: 'other' } } },
    ];
    expect(new Set([one, ...others].map(keyOf)).size).toBe(5);
    expect(keyOf(recipe())).toBe(keyOf(one));
  });

  it('is what was saved, or is not taken', async () => {
    const kept = recipe();
    expect(await openSnapshot(kept)).toBe(undefined);
    await save(kept, 'state');
    for (const _time of [1, 2]) {
      const snapshot = await openSnapshot(kept);
      expect(await snapshot?.handle.readFile('utf8')).toBe('state');
      await snapshot?.handle.close();
    }
    expect([...filesOf(kept)].sort()).toEqual(['json', 'state']);
    const [state = ''] = readdirSync(join(kept.image.directory, 'snapshots')).filter((name) =>
      name.endsWith('.state'),
    );
    writeFileSync(join(kept.image.directory, 'snapshots', state), 'stake');
    await expect(openSnapshot(kept)).rejects.toThrow('is not the snapshot that was saved');
    appendFileSync(join(kept.image.directory, 'snapshots', state), '!');
    await expect(openSnapshot(kept)).rejects.toThrow(RangeError);
  });

  it('of which a pipe has taken a place is not waited for', async () => {
    const kept = recipe();
    await save(kept, 'state');
    const directory = join(kept.image.directory, 'snapshots');
    for (const name of readdirSync(directory).sort().reverse()) {
      rmSync(join(directory, name));
      execFileSync('mkfifo', [join(directory, name)]);
    }
    const [paper = '', state = ''] = readdirSync(directory).sort();
    expect(await openSnapshot(kept)).toBe(undefined);
    rmSync(join(directory, paper));
    writeFileSync(join(directory, paper), '{"state":"s","bytes":0}');
    await expect(openSnapshot(kept)).rejects.toThrow(`${state} is not the snapshot`);
  });

  it('of which only a half came to be is none', async () => {
    const kept = recipe();
    const saving = keepSnapshot(kept, async (path) => {
      writeFileSync(path, 'half');
      throw new Error('the disk is full');
    });
    await expect(saving).rejects.toThrow('the disk is full');
    expect(filesOf(kept)).toEqual([]);
    expect(await openSnapshot(kept)).toBe(undefined);
  });
});
