import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRaw } from '../../../storage/level-raw/raw-store.ts';
import { bytesIn, diskOf, filesFrom, temporaryDirectory } from '../disk.ts';
import {
  bytesOf,
  closedStore,
  digestOf,
  type Engine,
  engineAt,
  keyOf,
  linesOf,
  range,
  smallStore,
  write,
} from './stores.ts';

const EMPTY = new Uint8Array();

const EVERYTHING = [EMPTY, new Uint8Array(32).fill(255)] as const;

const digestsIn = (path: string) =>
  [...bytesIn(path)].map(([name, bytes]) => `${name} ${digestOf(bytes)}`);

const engineFiles = (path: string) =>
  [...bytesIn(path).keys()].filter((name) => !/^LO(CK|G)/.test(name));

const lineAt = (number: number): string => Buffer.from(keyOf(number)).toString();

type Fill = (db: Engine, reopen: () => Promise<Engine>) => Promise<Engine>;

const shapes: Readonly<Record<string, readonly [Fill, object?]>> = {
  'with nothing in it': [async (db) => db],
  'with its writes in the log only': [
    async (db) => {
      for (const number of range(0, 150)) await write(db, [[number, number, number % 90]]);
      return db;
    },
  ],
  'with thousands of entries in many tables': [
    async (db) => {
      for (const part of range(0, 20)) {
        const numbers = range(part * 400, part * 400 + 400);
        await write(
          db,
          numbers.map((number) => [(number * 7919) % 8000, number, 100]),
        );
      }
      return db;
    },
    { writeBufferSize: 64 * 1024, maxFileSize: 64 * 1024 },
  ],
  'overwritten and deleted many times': [
    async (db) => {
      for (const round of range(0, 30)) {
        const numbers = range(0, 200).filter((number) => number % (round + 1) === 0);
        await write(
          db,
          numbers.map((number) => [number, round * 1000 + number, 300]),
          range(0, 200).filter((number) => number % 7 === round % 7),
        );
      }
      return db;
    },
    { writeBufferSize: 64 * 1024 },
  ],
  'compacted, and written to again': [
    async (db) => {
      const numbers = range(0, 2000);
      await write(
        db,
        numbers.map((number) => [number, number, 200]),
      );
      await write(
        db,
        [],
        numbers.filter((number) => number % 3 === 0),
      );
      await db.compactRange(...EVERYTHING);
      await write(db, [[3, 3, 3]], [4]);
      return db;
    },
  ],
  'compacted until nothing is left': [
    async (db) => {
      await write(
        db,
        range(0, 200).map((number) => [number, number, 200]),
      );
      await write(db, [], range(0, 200));
      await db.compactRange(...EVERYTHING);
      return db;
    },
  ],
  'reopened many times': [
    async (db, reopen) => {
      let open = db;
      for (const round of range(0, 12)) {
        await write(open, [[round, round, 50]], [round - 5]);
        open = await reopen();
      }
      return open;
    },
  ],
  'with values from nothing to 300 KiB': [
    async (db) => {
      const lengths = [0, 1, 32_740, 32_741, 32_768, 65_536, 100_000, 307_200];
      for (const [number, length] of lengths.entries()) await write(db, [[number, number, length]]);
      return db;
    },
  ],
  'with a batch larger than its write buffer': [
    async (db) => {
      await write(
        db,
        range(0, 3000).map((number) => [number, number, 200]),
      );
      await write(db, [[3000, 1, 10]]);
      return db;
    },
    { writeBufferSize: 64 * 1024 },
  ],
  'with batches of nothing': [
    async (db) => {
      await write(db, [[1, 1, 1]]);
      await db.batch().del(keyOf(9)).write({ sync: true });
      return db;
    },
  ],
  'with the empty key, and keys that begin each other': [
    async (db) => {
      for (const key of ['', 'a', 'ab', 'abc', 'b', '\u00ff', 'a\0']) {
        await db.put(bytesOf(key), bytesOf(`of ${key}`));
      }
      return db;
    },
  ],
};

describe('a raw read', () => {
  for (const [shape, [fill, options]] of Object.entries(shapes)) {
    it(`of a store ${shape} is what the engine finds, and finds no damage`, async () => {
      const { path, found } = await closedStore(fill, options);
      const before = digestsIn(path);
      for (const trusted of [false, true]) {
        const { entries, damage } = await readRaw(diskOf(), path, { trusted });
        expect(linesOf(entries)).toEqual(found);
        expect(damage).toEqual([]);
      }
      for (const [first, end] of [
        [0, 1],
        [5, 9],
        [100, 240],
        [1_999, 5_000],
      ] as const) {
        const asked = { from: keyOf(first), to: keyOf(end) };
        const { entries } = await readRaw(diskOf(), path, { ranges: [asked] });
        const isAsked = (line: string) => line >= lineAt(first) && line < lineAt(end);
        expect(linesOf(entries).filter(isAsked)).toEqual(found.filter(isAsked));
      }
      expect(digestsIn(path)).toEqual(before);
    });
  }

  it('of some keys tells of damage where they may be, and of none elsewhere', async () => {
    const path = temporaryDirectory();
    const db = await engineAt(path);
    await write(
      db,
      Array.from({ length: 90 }, (_, at) => [at, at, 6_000] as const),
    );
    await db.compactRange(keyOf(0), keyOf(90));
    await db.close();
    const name = engineFiles(path).find((file) => file.endsWith('.ldb')) ?? expect.fail('no table');
    const table = join(path, name);
    const whole = readFileSync(table);
    const read = async (at: number, changed: number) => {
      writeFileSync(table, whole.with(changed, (whole[changed] ?? 0) ^ 1));
      const ranges = [{ from: keyOf(at), to: keyOf(at + 1) }];
      const { entries, damage } = await readRaw(diskOf(), path, { ranges });
      const isThere = entries.some(({ key }) => Buffer.compare(key, keyOf(at)) === 0);
      return [isThere, damage.map(({ file, what }) => `${file}: ${what}`)];
    };
    const inIndex = whole.length - 60;
    expect([await read(50, 10), await read(0, 10), await read(50, inIndex)]).toEqual([
      [true, []],
      [false, [`${name}: the checksum of a block is wrong`]],
      [true, [`${name}: the checksum of a block is wrong`]],
    ]);
  });

  it('of one key fetches nothing of a table that cannot hold it', async () => {
    const { path } = await closedStore(async (db, reopen) => {
      let engine = db;
      for (const number of range(0, 3)) {
        await write(engine, [[number, number, 100]]);
        engine = await reopen();
      }
      return engine;
    });
    const disk = diskOf();
    const fetched = new Set<string>();
    const readAt: typeof disk.readAt = (file, ...part) => {
      fetched.add(file);
      return disk.readAt(file, ...part);
    };
    const ranges = [{ from: keyOf(1), to: keyOf(2) }];
    await readRaw({ ...disk, readAt }, path, { ranges });
    const tables = engineFiles(path).filter((file) => file.endsWith('.ldb'));
    expect([fetched.size, tables.length]).toEqual([1, 3]);
  });

  it('reads a store that is open, and never its LOCK', async () => {
    const path = temporaryDirectory();
    const db = await engineAt(path);
    await write(db, [[1, 1, 10]]);
    const seen: string[] = [];
    const { entries, damage } = await readRaw(diskOf(seen), path);
    await db.close();
    expect(entries.map(({ key }) => key)).toEqual([keyOf(1)]);
    expect(damage).toEqual([]);
    expect(seen.sort()).toEqual(engineFiles(path));
  });

  it('of an absent store has no entries, and one damage', async () => {
    const absent = {
      entries: [],
      damage: [{ file: 'CURRENT', offset: 0, what: 'there is no store', isTornTail: false }],
    };
    const path = temporaryDirectory();
    expect(await readRaw(diskOf(), join(path, 'none'))).toEqual(absent);
    writeFileSync(join(path, 'LOCK'), '');
    writeFileSync(join(path, 'LOG'), 'nothing of use');
    expect(await readRaw(diskOf(), path)).toEqual(absent);
  });

  it('leaves out what the engine would delete as obsolete', async () => {
    const { path, found } = await smallStore();
    const files = bytesIn(path);
    files.set('000001.log', new Uint8Array(100).fill(7));
    files.set('000002.ldb', new Uint8Array(100).fill(7));
    files.set('000099.dbtmp', new Uint8Array(100).fill(7));
    files.set('MANIFEST-000001', new Uint8Array(100).fill(7));
    files.set('LOG', new Uint8Array(100).fill(7));
    const { entries, damage } = await readRaw(filesFrom(files), path);
    expect(linesOf(entries)).toEqual(found);
    expect(damage).toEqual([]);
  });

  it('begins again if the engine changed the files, up to five times', async () => {
    const { path, found } = await smallStore();
    const whole = bytesIn(path);
    const name = [...whole.keys()].find((file) => file.endsWith('.ldb')) ?? '';
    const missing = new Map(whole);
    missing.delete(name);
    const readChanging = async (directories: readonly Map<string, Uint8Array>[]) => {
      let lists = 0;
      const current = () => filesFrom(directories[lists - 1] ?? whole);
      const list = () => {
        lists += 1;
        return current().list(path);
      };
      const { entries, damage } = await readRaw(
        { ...diskOf(), list, read: (file) => current().read(file) },
        path,
      );
      return { isWhole: linesOf(entries).join() === found.join(), damage: damage.length, lists };
    };
    expect(await readChanging([missing, whole])).toEqual({ isWhole: true, damage: 0, lists: 2 });
    expect(await readChanging([missing, missing])).toEqual({ isWhole: false, damage: 1, lists: 2 });
    const restless = range(0, 9).map((round) => new Map(missing).set(`00009${round}.ldb`, EMPTY));
    expect(await readChanging(restless)).toEqual({ isWhole: false, damage: 1, lists: 5 });
  });
});
