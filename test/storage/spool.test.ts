import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, hex, sameBytes, text, u32, u64 } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import { unseal } from '../../storage/seal.ts';
import { Spool, type SpoolFrame } from '../../storage/spool.ts';
import { FragileFiles } from './fragile-files.ts';
import { flipped, sealTools, secretOf, storeId } from './sealing.ts';

const path = '/spool';

const frame = (record: string, kind: SpoolFrame['kind'] = 'event'): SpoolFrame => ({
  kind,
  record: text(record),
});

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
    const taken = await spool.add([]);
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
    await spool.add([frame('a', 'decision'), frame('bc', 'event')]);
    await spool.add([frame('d', 'gap')]);
    const bytes = await bytesOf(files);
    expect(hex(bytes.subarray(0, 8))).toBe('484653504f4f4c01');
    const spoolId = bytes.subarray(8, 24);
    let at = 24;
    const plains = [1, 2, 1].map((length, number) => {
      const begin = at + 4;
      at += room(length);
      expect(hex(bytes.subarray(begin - 4, begin))).toBe(hex(u32(room(length) - 4)));
      const aad = concat(text('spool'), storeId, spoolId, u64(number));
      return hex(unseal(secretOf(7), aad, bytes.subarray(begin, at)) ?? new Uint8Array());
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
          expect(await spool.add(batch)).toBe(batch.length);
          all.push(...batch);
          expect(spool.sizeBytes).toBe((await bytesOf(files)).length);
        }
        expect((await reopen()).frames).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });

  it('takes the first frames, as many as fit, in one write', async () => {
    const { files, spool, reopen } = await opened(new FragileFiles(), 24 + 2 * room(3) + 5);
    const taken = await spool.add([frame('one'), frame('two'), frame('three'), frame('4')]);
    const more = await spool.add([frame('4')]);
    expect([taken, more, spool.sizeBytes, files.written]).toEqual([2, 0, 24 + 2 * room(3), [path]]);
    expect((await reopen()).frames).toEqual([frame('one'), frame('two')]);
  });

  it('with room for a frame to the byte takes it, and with less does not', async () => {
    const exact = await opened(new FragileFiles(), 24 + room(3));
    const less = await opened(new FragileFiles(), 23 + room(3));
    expect(await exact.spool.add([frame('one')])).toBe(1);
    expect([await less.spool.add([frame('one')]), await less.files.list('/')]).toEqual([0, []]);
  });

  it('adds one after the other what is added at once', async () => {
    const { spool, reopen } = await opened();
    await Promise.all(['a', 'b', 'c'].map((record) => spool.add([frame(record)])));
    expect((await reopen()).frames).toEqual([frame('a'), frame('b'), frame('c')]);
  });

  it('once cleared is no file, and begins anew under another id', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('a')]);
    const old = await bytesOf(files);
    await spool.clear();
    expect([spool.sizeBytes, await files.list('/')]).toEqual([0, []]);
    await spool.clear();
    await spool.add([frame('b')]);
    const now = await bytesOf(files);
    expect(sameBytes(old.subarray(8, 24), now.subarray(8, 24))).toBe(false);
    expect((await reopen()).frames).toEqual([frame('b')]);
  });

  it('holds no record in the clear', async () => {
    const { files, spool } = await opened();
    await spool.add([frame('the patient is ill')]);
    expect(hex(await bytesOf(files))).not.toContain(hex(text('patient')));
  });
});

describe('a spool that a crash tore', () => {
  it('is cut after its last whole frame, wherever it was torn, and goes on', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one'), frame('two')]);
    const whole = await bytesOf(files);
    const ends = [24 + room(3), 24 + 2 * room(3)];
    const heard: unknown[] = [];
    const expected: unknown[] = [];
    for (let length = 1; length <= whole.length; length++) {
      await files.replace(path, whole.subarray(0, length));
      const torn = await reopen();
      await torn.spool.add([frame('new')]);
      heard.push([torn.isTorn, (await reopen()).frames]);
      const kept = ['one', 'two'].filter((_, index) => length >= (ends[index] ?? 0));
      expected.push([!ends.includes(length), [...kept, 'new'].map((record) => frame(record))]);
    }
    expect(heard).toEqual(expected);
    expect(await files.list('/')).toEqual(['spool']);
  });

  it('keeps what stands before a frame that was changed', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one'), frame('two'), frame('three')]);
    const whole = await bytesOf(files);
    for (let at = 24 + room(3); at < 24 + 2 * room(3); at++) {
      await files.replace(path, flipped(whole, at, 0x80));
      const { frames, isTorn } = await reopen();
      expect([at, frames, isTorn, (await bytesOf(files)).length]).toEqual([
        at,
        [frame('one')],
        true,
        24 + room(3),
      ]);
    }
  });

  it.each([
    ['doubled', [0, 1, 1]],
    ['moved', [1, 0]],
  ])('takes no frame that was %s', async (_, order) => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one'), frame('two')]);
    const whole = await bytesOf(files);
    const frames = order.map((index) => whole.subarray(24 + index * room(3)).slice(0, room(3)));
    await files.replace(path, concat(whole.subarray(0, 24), ...frames));
    const expected = order[0] === 0 ? [frame('one'), frame('two')] : [];
    expect(await reopen()).toMatchObject({ frames: expected, isTorn: true });
  });

  it.each([
    ['another file', async (files: FragileFiles) => files.replace(path, text('#!/bin/sh\n'))],
    ['zeros', async (files: FragileFiles) => files.replace(path, new Uint8Array(99))],
    ['a newer version', async (files: FragileFiles) => files.overwrite(path, 7, Uint8Array.of(2))],
    [
      'one of another id',
      async (files: FragileFiles) => files.overwrite(path, 8, Uint8Array.of(0)),
    ],
  ])('and replaced by %s is put aside, whole, and begins anew', async (_, replace) => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one')]);
    await replace(files);
    const bytes = await bytesOf(files);
    const other = await reopen();
    expect([other.frames, other.isTorn, other.spool.sizeBytes]).toEqual([[], true, 0]);
    expect([await files.list('/'), await files.read(`${path}.damaged`)]).toEqual([
      ['spool.damaged'],
      bytes,
    ]);
    await other.spool.add([frame('new')]);
    expect((await reopen()).frames).toEqual([frame('new')]);
  });

  it('of another key is put aside', async () => {
    const { files, spool, reopen } = await opened();
    await spool.add([frame('one')]);
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
      await spool.add(earlier);
      const { sizeBytes } = spool;
      files.wholeWrites = 0;
      expect(await codeOf(spool.add([frame('one'), frame('two')]))).toBe('DISK_FAILED');
      expect(spool.sizeBytes).toBe(sizeBytes);
      expect((await bytesOf(files)).length).toBeGreaterThan(sizeBytes);
      expect(await spool.add([frame('two')])).toBe(1);
      expect(await reopen()).toMatchObject({ frames: [...earlier, frame('two')], isTorn: false });
    },
  );

  it('is cleared away as any other', async () => {
    const { files, spool, reopen } = await opened();
    files.wholeWrites = 0;
    expect(await codeOf(spool.add([frame('one')]))).toBe('DISK_FAILED');
    await spool.clear();
    expect(await files.list('/')).toEqual([]);
    await spool.add([frame('two')]);
    expect((await reopen()).frames).toEqual([frame('two')]);
  });
});
