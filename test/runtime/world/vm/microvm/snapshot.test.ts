import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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

const placeOf = ({ image }: Recipe): string => join(image.directory, 'snapshots');

const statesOf = (kept: Recipe): readonly string[] =>
  readdirSync(placeOf(kept)).map((name) => join(placeOf(kept), name));

async function textOf(kept: Recipe): Promise<string | undefined> {
  const snapshot = await openSnapshot(kept);
  const text = await snapshot?.handle.readFile('utf8');
  await snapshot?.handle.close();
  return text;
}

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

  it('is what was saved, or is not taken, and another can be saved', async () => {
    const kept = recipe();
    expect(await textOf(kept)).toBe(undefined);
    await save(kept, 'state');
    expect([await textOf(kept), await textOf(kept)]).toEqual(['state', 'state']);
    for (const broken of ['stake', 'state and more']) {
      for (const path of statesOf(kept)) writeFileSync(path, broken);
      expect([await textOf(kept), statesOf(kept)]).toEqual([undefined, []]);
      await save(kept, 'state');
      expect(await textOf(kept)).toBe('state');
    }
  });

  it('is read anew once it was written to, though its time was put back', async () => {
    const kept = recipe();
    await save(kept, 'state');
    const [path = ''] = statesOf(kept);
    const now = Math.floor(Date.now() / 1_000);
    utimesSync(path, now, now);
    expect(await textOf(kept)).toBe('state');
    const { ctimeNs } = statSync(path, { bigint: true });
    // A disk may keep its times by ticks.
    do {
      writeFileSync(path, 'stake');
      utimesSync(path, now, now);
    } while (statSync(path, { bigint: true }).ctimeNs === ctimeNs);
    expect(await textOf(kept)).toBe(undefined);
  });

  it('that is saved by two at once is there, whichever of theirs is gone', async () => {
    const kept = recipe();
    const texts = ['one', 'the other'];
    await Promise.all(texts.map((text) => save(kept, text)));
    const left = new Set<string | undefined>();
    for (const path of statesOf(kept)) {
      rmSync(path);
      left.add(await textOf(kept));
      await Promise.all(texts.map((text) => save(kept, text)));
    }
    expect([...left].sort()).toEqual(texts);
  });

  it('of which a pipe has taken the place is not waited for', async () => {
    const kept = recipe();
    await save(kept, 'state');
    for (const path of statesOf(kept)) {
      rmSync(path);
      execFileSync('mkfifo', [path]);
    }
    expect(await textOf(kept)).toBe(undefined);
    await save(kept, 'state');
    expect(await textOf(kept)).toBe('state');
  });

  it('that cannot be read, or removed, stays', async () => {
    const kept = recipe();
    await save(kept, 'state');
    const [path = ''] = statesOf(kept);
    rmSync(path);
    symlinkSync(path, path);
    await expect(openSnapshot(kept)).rejects.toThrow(`${path} cannot be read: ELOOP`);
    rmSync(path);
    mkdirSync(path);
    expect(await textOf(kept)).toBe(undefined);
    expect(statesOf(kept)).toEqual([path]);
  });

  it('stays if it was used of late, and of the others those that were saved last', async () => {
    const one = recipe();
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((programMib) => ({ ...one, programMib }));
    const [first, second] = sizes;
    for (const [index, kept] of sizes.slice(0, 8).entries()) {
      await save(kept, 'state');
      const hoursAgo = Date.now() / 1_000 - (20 - index) * 3_600;
      const key = keyOf(kept).slice(0, 32);
      const [path = ''] = statesOf(one).filter((state) => state.includes(key));
      utimesSync(path, hoursAgo, hoursAgo);
    }
    expect(await textOf(first ?? one)).toBe('state');
    await save(sizes[8] ?? one, 'state');
    const gone: Recipe[] = [];
    for (const kept of sizes) if ((await textOf(kept)) === undefined) gone.push(kept);
    expect(gone).toEqual([second]);
  });

  it('of which only a half came to be is none', async () => {
    const kept = recipe();
    const saving = keepSnapshot(kept, async (path) => {
      writeFileSync(path, 'half');
      throw new Error('the disk is full');
    });
    await expect(saving).rejects.toThrow('the disk is full');
    expect([statesOf(kept), await textOf(kept)]).toEqual([[], undefined]);
  });
});
