import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../storage/level-raw/manifest.ts';
import { readRaw } from '../../../storage/level-raw/raw-store.ts';
import { readRecords } from '../../../storage/level-raw/record-log.ts';
import type { Damage } from '../../../storage/ports.ts';
import { bytesIn, diskOf, filesFrom, temporaryDirectory } from '../disk.ts';
import { batchOf, bytesFrom, logOf, varint } from './records.ts';
import { closedStore, keyOf, linesOf, range, smallStore, write } from './stores.ts';

type FileMap = Map<string, Uint8Array>;

/** What a reader makes of the files, when one of them is changed. */
async function readWith(files: FileMap, name: string, bytes: Uint8Array | undefined) {
  const changed = new Map(files);
  if (bytes === undefined) changed.delete(name);
  else changed.set(name, bytes);
  const { entries, damage } = await readRaw(filesFrom(changed), '/store');
  return { lines: linesOf(entries), damage };
}

function flipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

function nameOf(files: FileMap, pattern: RegExp): string {
  const name = [...files.keys()].findLast((found) => pattern.test(found));
  if (name === undefined) throw new Error(`no file is ${pattern}`);
  return name;
}

function fileOf(files: FileMap, pattern: RegExp) {
  const name = nameOf(files, pattern);
  return { name, bytes: files.get(name) ?? new Uint8Array() };
}

const watched = (files: FileMap) => [...files].filter(([name]) => !/^LO(CK|G)/.test(name));

/** All positions of a short file; of a long one, so many that every field is met. */
const positionsIn = (bytes: Uint8Array): readonly number[] =>
  range(0, bytes.length).filter((at) => at < 1500 || at % 37 === 0 || at > bytes.length - 300);

/** A store of one table with many blocks, and nothing in its log. */
const tableStore = () =>
  closedStore(async (db, reopen) => {
    await write(
      db,
      range(0, 300).map((number) => [number, number, 100]),
    );
    return reopen();
  });

/** Header, sequence number, count, kind, and length of the key. */
const RECORD_BYTES_BEFORE_KEY = 7 + 8 + 4 + 1 + 1;

const told = (damage: readonly Damage[]) => damage.map(({ file, what }) => `${file}: ${what}`);

describe('a raw read of a small store', () => {
  it('finds every byte that changed, and takes it for no crash', async () => {
    const { path, found } = await smallStore();
    const files = bytesIn(path);
    const silent: string[] = [];
    for (const [name, bytes] of watched(files)) {
      for (const at of positionsIn(bytes)) {
        const { damage } = await readWith(files, name, flipped(bytes, at, 1 << (at % 8)));
        const isFound = damage.length > 0 && damage.every(({ isTornTail }) => !isTornTail);
        if (!isFound) silent.push(`${name} at ${at}`);
      }
    }
    expect(silent).toEqual([]);
    expect(linesOf((await readRaw(filesFrom(files), path)).entries)).toEqual(found);
    expect(bytesIn(path)).toEqual(files);
  });

  it('finds every file that is missing or was cut, and takes it for no crash', async () => {
    const { path } = await smallStore();
    const files = bytesIn(path);
    const silent: string[] = [];
    for (const [name, bytes] of watched(files).filter(([file]) => !file.endsWith('.log'))) {
      for (const length of positionsIn(bytes)) {
        const { damage } = await readWith(files, name, bytes.subarray(0, length));
        const isFound = damage.length > 0 && damage.every(({ isTornTail }) => !isTornTail);
        if (!isFound) silent.push(`${name} of ${length} bytes`);
      }
    }
    expect(silent).toEqual([]);
    for (const [name] of watched(files)) {
      const { damage } = await readWith(files, name, undefined);
      expect(damage[0]).toEqual({
        file: name,
        offset: 0,
        what: 'the file is missing',
        isTornTail: false,
      });
    }
  });

  it('takes a log that ends within a record for what a crash leaves', async () => {
    const { path, found } = await smallStore();
    const files = bytesIn(path);
    const { name, bytes } = fileOf(files, /\.log$/);
    const whole = new Set<number>();
    for (const length of positionsIn(bytes)) {
      const { lines, damage } = await readWith(files, name, bytes.subarray(0, length));
      if (damage.length === 0) whole.add(length);
      else expect(damage.map(({ file, isTornTail }) => [file, isTornTail])).toEqual([[name, true]]);
      expect(found.length - lines.length).toBeGreaterThanOrEqual(-1);
    }
    expect([...whole].length).toBe(3);
  });

  it('takes zeros at the end of the log for what a crash leaves', async () => {
    const { path, found } = await smallStore();
    const files = bytesIn(path);
    const { name, bytes } = fileOf(files, /\.log$/);
    for (const zeros of [1, 7, 100, 70_000]) {
      const torn = bytesFrom(bytes, new Uint8Array(zeros));
      const what = 'nothing but zeros to the end of the file';
      expect(await readWith(files, name, torn)).toEqual({
        lines: found,
        damage: [{ file: name, offset: bytes.length, what, isTornTail: true }],
      });
    }
  });
});

describe('a raw read of a damaged store', () => {
  it('loses one block of a table, and no more', async () => {
    const { path, found } = await tableStore();
    const files = bytesIn(path);
    const { name, bytes } = fileOf(files, /\.ldb$/);
    const { lines, damage } = await readWith(files, name, flipped(bytes, 9000, 1));
    expect(told(damage)).toEqual([`${name}: the checksum of a block is wrong`]);
    const lost = found.filter((line) => !lines.includes(line));
    const first = found.indexOf(lost[0] ?? '');
    expect(lost).toEqual(found.slice(first, first + lost.length));
    expect(lost.length).toBeGreaterThan(20);
    expect(lost.length).toBeLessThan(50);
  });

  it('needs neither index nor footer of a table', async () => {
    const { path, found } = await tableStore();
    const files = bytesIn(path);
    const { name, bytes } = fileOf(files, /\.ldb$/);
    for (const fromEnd of [1, 20, 48, 60, 100]) {
      const { lines, damage } = await readWith(
        files,
        name,
        flipped(bytes, bytes.length - fromEnd, 1),
      );
      expect(damage.length).toBeGreaterThan(0);
      expect(lines).toEqual(found);
    }
  });

  it('keeps what a table still holds that was cut', async () => {
    const { path, found } = await tableStore();
    const files = bytesIn(path);
    const { name, bytes } = fileOf(files, /\.ldb$/);
    const { lines, damage } = await readWith(files, name, bytes.subarray(0, bytes.length / 2));
    expect(told(damage)).toEqual([
      `${name}: the table must have ${bytes.length} bytes`,
      `${name}: the table does not end as a table`,
    ]);
    expect(lines).toEqual(found.slice(0, lines.length));
    expect(lines.length).toBeGreaterThan(found.length / 2 - 50);
  });

  it('loses one record of a log, and no more', async () => {
    const { path, found } = await closedStore(async (db) => {
      for (const number of range(0, 50)) await write(db, [[number, number, 100]]);
      return db;
    });
    const files = bytesIn(path);
    const { name, bytes } = fileOf(files, /\.log$/);
    const record = Buffer.from(bytes).indexOf(keyOf(20)) - RECORD_BYTES_BEFORE_KEY;
    const others = found.filter((_, index) => index !== 20);
    const readFlipped = (at: number) => readWith(files, name, flipped(bytes, record + at, 1));
    const wrong = (what: string) => [{ file: name, offset: record, what, isTornTail: false }];
    const checksum = wrong('the checksum of a record is wrong');
    for (const at of [0, 6, 7, 50]) {
      expect(await readFlipped(at)).toEqual({ lines: others, damage: checksum });
    }
    const length = wrong('the length of a record is wrong');
    expect(await readFlipped(4)).toEqual({ lines: found, damage: length });
    expect(await readFlipped(5)).toEqual({ lines: found, damage: length });
  });

  it('reads all tables and logs there are, if nothing says which are live', async () => {
    const { path, found } = await smallStore();
    const files = bytesIn(path);
    const lost = [
      await readWith(files, 'CURRENT', undefined),
      await readWith(files, 'CURRENT', Buffer.from('MANIFEST-1\n')),
      await readWith(files, nameOf(files, /^MANIFEST/), undefined),
    ];
    for (const { lines } of lost) expect(lines).toEqual(found);
    expect(lost.map(({ damage }) => told(damage))).toEqual([
      ['CURRENT: the file is missing'],
      ['CURRENT: it does not name a MANIFEST'],
      [`${nameOf(files, /^MANIFEST/)}: the file is missing`],
    ]);
  });

  it('tells a table that took the place of another of the same size', async () => {
    const { path } = await closedStore(async (db, reopen) => {
      await write(db, [[1, 1, 100]]);
      const second = await reopen();
      await write(second, [[2, 2, 100]]);
      return reopen();
    });
    const files = bytesIn(path);
    const [[, first = new Uint8Array()] = [], [second = ''] = []] = [...files].filter(([file]) =>
      file.endsWith('.ldb'),
    );
    const { damage } = await readWith(files, second, first);
    expect(told(damage)).toEqual([`${second}: the table is not the one it must be`]);
  });

  it('tells tables and writes that the engine cannot have made', async () => {
    const { path, found } = await tableStore();
    const files = bytesIn(path);
    const { name: table } = fileOf(files, /\.ldb$/);
    const { name, bytes } = fileOf(files, /^MANIFEST/);
    const version = readManifest(bytes, false, () => undefined);
    if (version === undefined) throw new Error('the MANIFEST is sound');
    const { nextFile, lastSequence, tables } = version;
    const changed = [
      bytesFrom(3, varint(nextFile), 4, varint(lastSequence)),
      bytesFrom(3, varint(tables[0]?.number ?? 0)),
      bytesFrom(4, varint(lastSequence - 1)),
    ].map(async (edit) => {
      const edits = readRecords(bytes, false, () => undefined).map(({ payload }) => payload);
      const { lines, damage } = await readWith(files, name, logOf(...edits, edit));
      expect(lines).toEqual(found);
      return told(damage);
    });
    expect(await Promise.all(changed)).toEqual([
      [],
      [`${table}: the number of the table was never given out`],
      [`${table}: the table holds writes that were never made`],
    ]);
  });

  it('tells logs whose writes are missing, or come twice', async () => {
    const { path } = await tableStore();
    const files = bytesIn(path);
    const { name } = fileOf(files, /\.log$/);
    const next = 301;
    const logs = {
      whole: logOf(batchOf(next, ['a', '1'], ['b']), batchOf(next + 2, ['a', '2'])),
      missing: logOf(batchOf(next, ['a', '1']), batchOf(next + 2, ['a', '2'])),
      twice: logOf(batchOf(next, ['a', '1']), batchOf(next, ['a', '1'])),
      late: logOf(batchOf(next + 1, ['a', '1'])),
      early: logOf(batchOf(next - 1, ['a', '1'])),
    };
    const found = Object.entries(logs).map(async ([log, bytes]) => {
      const { damage } = await readWith(files, name, bytes);
      return [log, damage.map(({ what, isTornTail }) => `${what} ${isTornTail}`)];
    });
    expect(Object.fromEntries(await Promise.all(found))).toEqual({
      whole: [],
      missing: ['writes before this record are missing false'],
      twice: ['the sequence numbers are out of order false'],
      late: ['writes before this record are missing false'],
      early: ['the sequence numbers are out of order false'],
    });
  });

  it('takes only the last log that has bytes for torn', async () => {
    const { path } = await tableStore();
    const files = bytesIn(path);
    const { name } = fileOf(files, /\.log$/);
    const torn = logOf(batchOf(301, ['a', '1']), batchOf(302, ['a', '2'])).subarray(0, -1);
    const readsTorn = async (later: Uint8Array) => {
      const { damage } = await readWith(new Map(files).set('000099.log', later), name, torn);
      return damage.map(({ file, isTornTail }) => [file, isTornTail]);
    };
    expect(await readsTorn(new Uint8Array())).toEqual([[name, true]]);
    expect(await readsTorn(logOf(batchOf(302, ['b', '2'])))).toEqual([[name, false]]);
  });

  it('reports a file that the disk refuses to give', async () => {
    const { path } = await smallStore();
    const directory = temporaryDirectory();
    const files = { ...diskOf(), list: async () => ['CURRENT', '000005.ldb'] };
    const raw = await readRaw({ ...files, read: () => diskOf().read(directory) }, path);
    expect(raw.entries).toEqual([]);
    expect(told(raw.damage)).toEqual([
      'CURRENT: the file cannot be read: the disk failed',
      '000005.ldb: the file cannot be read: the disk failed',
    ]);
  });
});
