import { describe, expect, it } from 'vitest';
import { readRaw } from '../../../storage/level-raw/raw-store.ts';
import fc from '../../fast-check.ts';
import { bytesIn, filesFrom } from '../disk.ts';
import { bytesFrom, fragment, logOf, uint32 } from './records.ts';
import { closedStore, linesOf, range, smallStore, write } from './stores.ts';

const names = ['CURRENT', 'MANIFEST-000002', '000003.log', '000005.ldb', '000006.ldb', '9.ldb'];

/** Bytes that look like something: tags, lengths, and numbers that are too large. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 300, max: 4 }),
  fc.constantFrom(0, 1, 0x7f, 0x80, 0xff).map((byte) => new Uint8Array(70_000).fill(byte)),
  fc.constant(Buffer.from('MANIFEST-000002\n')),
  fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }).map((parts) => logOf(...parts)),
  fc
    .tuple(fc.uint8Array({ maxLength: 200 }), fc.nat(300))
    .map(([part, size]) => bytesFrom(part, uint32(size), uint32(0x8b80fb57), uint32(0xdb477524))),
);

const directories = fc.dictionary(fc.constantFrom(...names), bytes, { noNullPrototype: true });

describe('a raw read of what a stranger wrote', () => {
  it('ends, and says that it is damaged', async () => {
    const inputs = fc.record({ files: directories, trusted: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(inputs, async ({ files, trusted }) => {
        const disk = filesFrom(new Map(Object.entries(files)));
        const { damage } = await readRaw(disk, '/store', { trusted });
        expect(damage).not.toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('ends for any change to a store, and finds no entry that was never written', async () => {
    const { path, found } = await smallStore();
    const files = bytesIn(path);
    const written = new Set(found);
    for (const version of [...files.keys()].filter((name) => name.endsWith('.ldb'))) {
      const old = new Map(files);
      for (const name of files.keys()) if (name !== version) old.delete(name);
      for (const line of linesOf((await readRaw(filesFrom(old), path)).entries)) written.add(line);
    }
    const change = fc.record({
      name: fc.constantFrom(...[...files.keys()].filter((name) => !/^LO(CK|G)/.test(name))),
      at: fc.nat(40_000),
      put: fc.uint8Array({ minLength: 1, maxLength: 20 }),
      trusted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ name, at, put, trusted }) => {
        const changed = (files.get(name) ?? new Uint8Array()).slice();
        const from = at % changed.length;
        changed.set(put.subarray(0, changed.length - from), from);
        const disk = filesFrom(new Map(files).set(name, changed));
        const { entries, damage } = await readRaw(disk, path, { trusted });
        const isChanged = Buffer.compare(changed, files.get(name) ?? changed) !== 0;
        if (trusted) return;
        expect(linesOf(entries).filter((line) => !written.has(line))).toEqual([]);
        expect(damage.length > 0).toBe(isChanged);
      }),
      { numRuns: 400 },
    );
  });

  it('does not take long where every length is a lie', async () => {
    const liar = bytesFrom(fragment(1, new Uint8Array()), uint32(7), 9, 0, 1, new Uint8Array(9));
    const block = bytesFrom(...Array<Uint8Array>(32 * 1024).fill(liar)).subarray(0, 1024 * 1024);
    const disk = filesFrom(new Map([['000003.log', block]]));
    const { entries, damage } = await readRaw(disk, '/store');
    expect(entries).toEqual([]);
    expect(damage.length).toBeGreaterThan(1000);
  });

  it('finds what is left when any of many tables is lost', async () => {
    const { path, found } = await closedStore(
      async (db) => {
        for (const part of range(0, 8)) {
          const numbers = range(part * 50, part * 50 + 50);
          await write(
            db,
            numbers.map((number) => [number, number, 1000]),
          );
        }
        return db;
      },
      { writeBufferSize: 64 * 1024, maxFileSize: 64 * 1024 },
    );
    const files = bytesIn(path);
    const tables = [...files.keys()].filter((name) => name.endsWith('.ldb'));
    const missed: string[] = [];
    for (const name of tables) {
      const left = new Map(files);
      left.delete(name);
      const { entries, damage } = await readRaw(filesFrom(left), path);
      expect(found).toEqual(expect.arrayContaining([...linesOf(entries)]));
      expect(entries.length).toBeGreaterThan(found.length / 2);
      // One that was compacted, and not removed yet, holds nothing.
      if (damage.length === 0) expect(entries.length).toBe(found.length);
      else expect(damage).toMatchObject([{ file: name, what: 'the file is missing' }]);
      missed.push(...damage.map(({ file }) => file));
    }
    expect(missed.length).toBeGreaterThan(3);
  });
});
