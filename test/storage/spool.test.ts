import { describe, expect, it } from 'vitest';
import { concat, hex, sameBytes, text, u32, u64 } from '../../storage/bytes.ts';
import { hkdf } from '../../storage/derivation.ts';
import { StorageError } from '../../storage/faults.ts';
import { seal, unseal } from '../../storage/seal.ts';
import { Secret } from '../../storage/secret.ts';
import { Spool, type SpoolFrame } from '../../storage/spool.ts';
import fc from '../fast-check.ts';
import { FragileFiles } from './fragile-files.ts';
import { flipped, sealTools, secretOf, storeId } from './sealing.ts';

const path = '/spool';
const HEAD_BYTES = 64;
const SEED_AT = 32;

const frame = (record: string, kind: SpoolFrame['kind'] = 'event'): SpoolFrame => ({
  kind,
  record: text(record),
});

/** `bytes`, but zeros from one place to another. */
const withZeros = (bytes: Uint8Array, from: number, to: number): Uint8Array =>
  Uint8Array.from(bytes).fill(0, from, to);

/** What one frame of `length` bytes takes. */
const room = (length: number): number => 4 + 24 + 1 + length + 16;

async function opened(files = new FragileFiles(), bytesMax = 10_000) {
  const tools = { files, ...sealTools() };
  const reopen = (byte = 7) => Spool.open({ ...tools, ...sealTools(byte) }, path, bytesMax);
  return { files, reopen, ...(await reopen()) };
}

const bytesOf = async (files: FragileFiles): Promise<Uint8Array> =>
  (await files.read(path)) ?? new Uint8Array();

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof StorageError ? error.code : error),
  );

describe('a spool', () => {
  it('is no file until something is added', async () => {
    const { files, spool, frames, isTorn } = await opened();
    const taken = await spool.add([], 9);
    expect([frames, isTorn, taken, spool.sizeBytes, await files.list('/')]).toEqual([
      [],
      false,
      0,
      0,
      [],
    ]);
  });

  it('is laid out as the format says', async () => {
    const { files, spool } = await opened();
    await spool.add([frame('a', 'decision'), frame('bc', 'event')], 9);
    await spool.add([frame('d', 'gap')], 9);
    const bytes = await bytesOf(files);
    expect(hex(bytes.subarray(0, 8))).toBe('484653504f4f4c02');
    const head = bytes.subarray(0, HEAD_BYTES);
    expect(hex(head.subarray(24, SEED_AT))).toBe(hex(u64(9)));
    const key = hkdf(secretOf(7), head.subarray(SEED_AT), text('holdfast/v1/spool-frames'), 32);
    let at = HEAD_BYTES;
    const plains = [1, 2, 1].map((length, number) => {
      const begin = at + 4;
      at += room(length);
      expect(hex(bytes.subarray(begin - 4, begin))).toBe(hex(u32(room(length) - 4)));
      const aad = concat(text('spool'), storeId, head, u64(number));
      return hex(unseal(Secret.of(key), aad, bytes.subarray(begin, at)) ?? new Uint8Array());
    });
    expect([plains, bytes.length]).toEqual([['0061', '016263', '0264'], at]);
  });

  it('gives back after a crash what was added, and goes on', async () => {
    const kind = fc.constantFrom<SpoolFrame['kind']>('decision', 'event', 'gap');
    const anyFrame = fc.record(
      { kind, record: fc.uint8Array({ minLength: 1, maxLength: 50 }) },
      { noNullPrototype: true },
    );
    const batches = fc.array(fc.array(anyFrame, { maxLength: 5 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(batches, async (added) => {
        const { files, reopen } = await opened();
        const all: SpoolFrame[] = [];
        for (const batch of added) {
          const { spool, frames, isTorn } = await reopen();
          expect([frames, isTorn]).toEqual([all, false]);
          expect(await spool.add(batch, 9)).toBe(batch.length);
          all.push(...batch);
          expect(spool.sizeBytes).toBe((await bytesOf(files)).length);
        }
        expect((await reopen()).frames).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });

  it('takes the first frames, as many as fit, in one write', async () => {
    const { files, spool, reopen } = await opened(new FragileFiles(), HEAD_BYTES + 2 * room(3) + 5);
    const taken = await spool.add([frame('one'), frame('two'), frame('three'), frame('4')], 9);
    const more = await spool.add([frame('4')], 9);
    expect([taken, more, spool.sizeBytes, files.written]).toEqual([
      2,
      0,
      HEAD_BYTES + 2 * room(3),
      [path],
    ]);
    expect((await reopen()).frames).toEqual([frame('one'), frame('two')]);
  });

  it('with room for a frame to the byte takes it, and with less does not', async () => {
    const exact = await opened(new FragileFiles(), HEAD_BYTES + room(3));
    const less = await opened(new FragileFiles(), HEAD_BYTES - 1 + room(3));
    expect(await exact.spool.add([frame('one')], 9)).toBe(1);
    expect([await less.spool.add([frame('one')], 9), await less.files.list('/')]).toEqual([0, []]);
  });

  it('adds one after the other what is added at once', async () => {
    const { spool, reopen } = await opened();
    await Promise.all(['a', 'b', 'c'].map((record) => spool.add([frame(record)], 9)));
    expect((await reopen()).frames).toEqual([frame('a'), frame('b'), frame('c')]);
  });

  it('once cleared is no file, and begins anew under another id', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('a')], 9);
    const old = await bytesOf(files);
    await spool.clear();
    expect([spool.sizeBytes, await files.list('/')]).toEqual([0, []]);
    await spool.clear();
    await spool.add([frame('b')], 9);
    const now = await bytesOf(files);
    expect(sameBytes(old.subarray(8, 24), now.subarray(8, 24))).toBe(false);
    expect((await reopen()).frames).toEqual([frame('b')]);
  });

  it('holds no record in the clear', async () => {
    const { files, spool } = await opened();
    await spool.add([frame('the patient is ill')], 9);
    expect(hex(await bytesOf(files))).not.toContain(hex(text('patient')));
  });
});

describe('the file of a spool', () => {
  it('says how long the log was when it was begun, whatever it is afterwards', async () => {
    const { spool, reopen } = await opened();
    const sizes = [(await reopen()).logSize];
    await spool.add([frame('a')], 7);
    await spool.add([frame('b')], 2 ** 40);
    sizes.push((await reopen()).logSize);
    await spool.clear();
    await spool.add([frame('c')], 2 ** 40);
    expect([...sizes, (await reopen()).logSize]).toEqual([0, 7, 2 ** 40]);
  });

  it('is no longer one of its key if that was changed', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('a')], 7);
    await files.overwrite(path, 24, u64(8));
    expect(await reopen()).toMatchObject({ frames: [], logSize: 0, isTorn: true });
  });

  it('takes the place of one that somebody put there', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('old')], 1);
    const old = await bytesOf(files);
    await spool.clear();
    await files.create(path, old);
    await spool.add([frame('new')], 2);
    await spool.add([frame('newer')], 3);
    expect(await reopen()).toMatchObject({
      frames: [frame('new'), frame('newer')],
      logSize: 2,
      isTorn: false,
    });
  });

  it('is put aside if it is refused, and begins anew', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('old')], 1);
    const old = await bytesOf(files);
    await spool.refuse();
    await spool.add([frame('new')], 2);
    expect([await files.list('/'), await files.read(`${path}.refused`)]).toEqual([
      ['spool', 'spool.refused'],
      withZeros(old, SEED_AT, HEAD_BYTES),
    ]);
    expect((await reopen()).frames).toEqual([frame('new')]);
  });
});

/** Remembers the bytes of the last file that was removed: the blocks of a disk do, too. */
class RawDisk extends FragileFiles {
  left = new Uint8Array();

  override async remove(removed: string): Promise<void> {
    this.left = Uint8Array.from((await this.read(removed).catch(() => undefined)) ?? []);
    await super.remove(removed);
  }
}

/** As version 1 had it: the frames behind 32 bytes, under the key of the spool. */
function versionOne(...records: readonly string[]): Uint8Array {
  const { key, random } = sealTools();
  const head = concat(text('HFSPOOL'), Uint8Array.of(1), random(16), u64(5));
  const frames = records.map((record, number) => {
    const plain = concat(Uint8Array.of(1), text(record));
    const sealed = seal(key, random(24), concat(text('spool'), storeId, head, u64(number)), plain);
    return concat(u32(sealed.length), sealed);
  });
  return concat(head, ...frames);
}

describe('what a spool leaves on the disk', () => {
  it('nobody can read, whatever key they have: the seed is overwritten in place', async () => {
    const files = new RawDisk();
    const { spool } = await opened(files);
    await spool.add([frame('a')], 9);
    await spool.add([frame('b')], 9);
    const whole = await bytesOf(files);
    await spool.clear();
    expect(files.left).toEqual(withZeros(whole, SEED_AT, HEAD_BYTES));
  });

  it('raises no alarm, and is removed, if a crash came before it was', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('a')], 9);
    await files.overwrite(path, SEED_AT, new Uint8Array(32));
    expect(await reopen()).toMatchObject({ frames: [], logSize: 0, isTorn: false });
    expect(await files.list('/')).toEqual([]);
  });

  it('stays as it is while it cannot be overwritten', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('a')], 9);
    files.wholeWrites = 0;
    const cleared = await codeOf(spool.clear());
    files.wholeWrites = 0;
    const refused = await codeOf(spool.refuse());
    expect([cleared, refused, await files.list('/')]).toEqual([
      'DISK_FAILED',
      'DISK_FAILED',
      ['spool'],
    ]);
    await spool.clear();
    expect([await files.list('/'), (await reopen()).frames]).toEqual([[], []]);
  });

  it.each([
    ['nothing', async () => {}],
    ['a directory', async (files: FragileFiles) => files.makeDirectory(path)],
  ])('is no trouble if %s is in its place', async (_, put) => {
    const { files, spool } = await opened();
    await spool.add([frame('a')], 9);
    await files.remove(path);
    await put(files);
    await spool.clear();
    expect(await files.list('/')).toEqual([]);
  });
});

describe('a spool of version 1', () => {
  it('is read, and goes on', async () => {
    const { files, reopen } = await opened();
    await files.create(path, versionOne('one', 'two'));
    const { spool, frames, logSize, isTorn } = await reopen();
    expect([frames, logSize, isTorn]).toEqual([[frame('one'), frame('two')], 5, false]);
    await spool.add([frame('three')], 9);
    expect((await reopen()).frames).toEqual([frame('one'), frame('two'), frame('three')]);
  });

  it('has its frames overwritten, all of them, when it is cleared or refused', async () => {
    const files = new RawDisk();
    const { reopen } = await opened(files);
    const whole = versionOne('one', 'two');
    const zeros = withZeros(whole, SEED_AT, whole.length);
    await files.create(path, whole);
    await (await reopen()).spool.refuse();
    expect(await files.read(`${path}.refused`)).toEqual(zeros);
    await files.create(path, whole);
    await (await reopen()).spool.clear();
    expect(files.left).toEqual(zeros);
  });

  it('has the rest overwritten if a crash came before all was', async () => {
    const files = new RawDisk();
    const { reopen } = await opened(files);
    const whole = versionOne('one', 'two');
    await files.create(path, withZeros(whole, SEED_AT, HEAD_BYTES + 9));
    expect(await reopen()).toMatchObject({ frames: [], isTorn: false });
    expect([files.left, await files.list('/')]).toEqual([
      withZeros(whole, SEED_AT, whole.length),
      [],
    ]);
  });
});

describe('a spool that a crash tore', () => {
  it('is cut after its last whole frame, wherever it was torn, and goes on', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one'), frame('two')], 9);
    const whole = await bytesOf(files);
    const ends = [HEAD_BYTES + room(3), HEAD_BYTES + 2 * room(3)];
    const heard: unknown[] = [];
    const expected: unknown[] = [];
    for (let length = 1; length <= whole.length; length++) {
      await files.replace(path, whole.subarray(0, length));
      const torn = await reopen();
      await torn.spool.add([frame('new')], 9);
      heard.push([torn.isTorn, (await reopen()).frames]);
      const kept = ['one', 'two'].filter((_, index) => length >= (ends[index] ?? 0));
      expected.push([!ends.includes(length), [...kept, 'new'].map((record) => frame(record))]);
    }
    expect(heard).toEqual(expected);
    expect(await files.list('/')).toEqual(['spool']);
  });

  it('keeps what stands before a frame that was changed', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one'), frame('two'), frame('three')], 9);
    const whole = await bytesOf(files);
    for (let at = HEAD_BYTES + room(3); at < HEAD_BYTES + 2 * room(3); at++) {
      await files.replace(path, flipped(whole, at, 0x80));
      const { frames, isTorn } = await reopen();
      expect([at, frames, isTorn, (await bytesOf(files)).length]).toEqual([
        at,
        [frame('one')],
        true,
        HEAD_BYTES + room(3),
      ]);
    }
  });

  it.each([
    ['doubled', [0, 1, 1]],
    ['moved', [1, 0]],
  ])('takes no frame that was %s', async (_, order) => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one'), frame('two')], 9);
    const whole = await bytesOf(files);
    const frames = order.map((index) =>
      whole.subarray(HEAD_BYTES + index * room(3)).slice(0, room(3)),
    );
    await files.replace(path, concat(whole.subarray(0, HEAD_BYTES), ...frames));
    const expected = order[0] === 0 ? [frame('one'), frame('two')] : [];
    expect(await reopen()).toMatchObject({ frames: expected, isTorn: true });
  });

  it.each([
    ['another file', async (files: FragileFiles) => files.replace(path, text('#!/bin/sh\n'))],
    ['zeros', async (files: FragileFiles) => files.replace(path, new Uint8Array(99))],
    ['a newer version', async (files: FragileFiles) => files.overwrite(path, 7, Uint8Array.of(3))],
    [
      'one of another id',
      async (files: FragileFiles) => files.overwrite(path, 8, Uint8Array.of(0)),
    ],
  ])('and replaced by %s is put aside, whole, and begins anew', async (_, replace) => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one')], 9);
    await replace(files);
    const bytes = await bytesOf(files);
    const other = await reopen();
    expect([other.frames, other.isTorn, other.spool.sizeBytes]).toEqual([[], true, 0]);
    expect([await files.list('/'), await files.read(`${path}.damaged`)]).toEqual([
      ['spool.damaged'],
      bytes,
    ]);
    await other.spool.add([frame('new')], 9);
    expect((await reopen()).frames).toEqual([frame('new')]);
  });

  it('and replaced by a directory is put aside, and begins anew', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one')], 9);
    await files.remove(path);
    await files.makeDirectory(`${path}/kept`);
    const other = await reopen();
    await other.spool.add([frame('new')], 9);
    expect([other.frames, other.isTorn, await files.list(`${path}.damaged`)]).toEqual([
      [],
      true,
      ['kept'],
    ]);
    expect((await reopen()).frames).toEqual([frame('new')]);
  });

  it('of another key is put aside', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one')], 9);
    expect(await reopen(8)).toMatchObject({ frames: [], isTorn: true });
    expect(await files.list('/')).toEqual(['spool.damaged']);
  });
});

describe('an append to the spool that fails', () => {
  it.each([0, 1])(
    'takes nothing, and is cut off before the next one (after %d)',
    async (before) => {
      const { files, spool, reopen } = await opened();
      const earlier = Array.from({ length: before }, (_, index) => frame(`earlier ${index}`));
      await spool.add(earlier, 9);
      const { sizeBytes } = spool;
      files.wholeWrites = 0;
      expect(await codeOf(spool.add([frame('one'), frame('two')], 9))).toBe('DISK_FAILED');
      expect(spool.sizeBytes).toBe(sizeBytes);
      // The first is written as a whole, or not at all.
      expect((await bytesOf(files)).length > sizeBytes).toBe(before > 0);
      expect(await spool.add([frame('two')], 9)).toBe(1);
      expect(await reopen()).toMatchObject({ frames: [...earlier, frame('two')], isTorn: false });
    },
  );

  it('is cleared away as any other', async () => {
    const { files, spool, reopen } = await opened();
    files.wholeWrites = 0;
    expect(await codeOf(spool.add([frame('one')], 9))).toBe('DISK_FAILED');
    await spool.clear();
    expect(await files.list('/')).toEqual([]);
    await spool.add([frame('two')], 9);
    expect((await reopen()).frames).toEqual([frame('two')]);
  });
});
