import { describe, expect, it } from 'vitest';
import { maskedCrc32c } from '../../../storage/level-raw/crc32c.ts';
import { readTable } from '../../../storage/level-raw/table.ts';
import { bytesFrom, uint32, uint64, varint } from './records.ts';

type Pair = readonly [key: Uint8Array, value: Uint8Array];

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const tagged = (key: string, sequence: number, kind = 1) =>
  bytesFrom(bytes(key), kind, uint64(sequence).subarray(0, 7));

const blockOf = (...pairs: readonly Pair[]) =>
  bytesFrom(
    ...pairs.map(([key, value]) =>
      bytesFrom(0, varint(key.length), varint(value.length), key, value),
    ),
    uint32(0),
    uint32(1),
  );

function sealed(block: Uint8Array, compression = 0): Uint8Array {
  const checked = bytesFrom(block, compression);
  return bytesFrom(checked, uint32(maskedCrc32c(checked, 0, checked.length)));
}

const MAGIC = bytesFrom(uint32(0x8b80fb57), uint32(0xdb477524));

/** A table of these blocks of data; `handlesOf` may lie about where they are. */
function tableOf(
  blocks: readonly Uint8Array[],
  handlesOf = (handles: (readonly [number, number])[]) => handles,
): Uint8Array {
  let at = 0;
  const handles = blocks.map((block) => {
    const handle = [at, block.length - 5] as const;
    at += block.length;
    return handle;
  });
  const handleOf = ([from, size]: readonly [number, number]) =>
    bytesFrom(varint(from), varint(size));
  const metaindex = sealed(blockOf());
  const pairs = handlesOf(handles).map((handle): Pair => [tagged('k', 1), handleOf(handle)]);
  const index = sealed(blockOf(...pairs));
  const ends = bytesFrom(
    handleOf([at, metaindex.length - 5]),
    handleOf([at + metaindex.length, index.length - 5]),
  );
  const padding = new Uint8Array(40 - ends.length);
  return bytesFrom(...blocks, metaindex, index, ends, padding, MAGIC);
}

function read(table: Uint8Array, isTrusted = false) {
  const damage: string[] = [];
  const entries = readTable(table, isTrusted, (offset, what) => damage.push(`${offset} ${what}`));
  return { entries: entries.map(({ key }) => Buffer.from(key).toString()), damage };
}

const first = sealed(blockOf([tagged('a', 9), bytes('1')], [tagged('a', 3, 0), bytes('')]));
const second = sealed(blockOf([tagged('b', 5), bytes('2')]));

describe('a table', () => {
  it('holds every write of every block, older ones and deletions too', () => {
    const entries = readTable(tableOf([first, second]), false, () => undefined);
    expect(entries).toEqual([
      { key: bytes('a'), value: bytes('1'), sequence: 9 },
      { key: bytes('a'), value: undefined, sequence: 3 },
      { key: bytes('b'), value: bytes('2'), sequence: 5 },
    ]);
    expect(read(tableOf([first, second]))).toEqual({ entries: ['a', 'a', 'b'], damage: [] });
  });

  it('takes values from the bytes of the file', () => {
    const table = tableOf([first]);
    const [entry] = readTable(table, false, () => undefined);
    expect(entry?.value?.buffer).toBe(table.buffer);
  });

  it('is not read where it is compressed', () => {
    const compressed = sealed(blockOf([tagged('a', 1), bytes('1')]), 1);
    expect(read(tableOf([compressed, second]))).toEqual({
      entries: ['b'],
      damage: ['0 a block is compressed'],
    });
  });

  it('has its keys in order, of one key the newest first', () => {
    const damage = ['0 the keys are out of order'];
    const older = sealed(blockOf([tagged('b', 4), bytes('2')], [tagged('b', 4), bytes('2')]));
    expect(read(tableOf([second, first]))).toEqual({ entries: ['b', 'a', 'a'], damage });
    expect(read(tableOf([older]))).toEqual({ entries: ['b', 'b'], damage });
  });

  it('has no entry without a tag, and no block without an entry', () => {
    const damage = [`${first.length} a block does not hold entries`];
    const untagged = sealed(blockOf([bytes('short'), bytes('2')]));
    expect(read(tableOf([first, untagged]))).toEqual({ entries: ['a', 'a'], damage });
    expect(read(tableOf([first, sealed(blockOf())]))).toEqual({ entries: ['a', 'a'], damage });
  });

  it('whose index names other places than its blocks have is read without it', () => {
    const lies: ((handles: (readonly [number, number])[]) => (readonly [number, number])[])[] = [
      (handles) => handles.slice(1),
      (handles) => [...handles, ...handles],
      (handles) => handles.map(([from, size]) => [from + 1, size]),
      (handles) => handles.map(([from]) => [from, 2 ** 45]),
      () => [],
    ];
    for (const lie of lies) {
      const table = tableOf([first, second], lie);
      const what = 'the blocks do not lie one behind the other';
      expect(read(table).damage).toEqual([`${table.length - 48} ${what}`]);
      expect(read(table).entries).toEqual(['a', 'a', 'b']);
    }
  });

  it('of which checksums are trusted is read whatever they are', () => {
    const table = tableOf([first, second]);
    table[first.length - 1] = 77;
    expect(read(table)).toEqual({ entries: ['b'], damage: ['0 the checksum of a block is wrong'] });
    expect(read(table, true)).toEqual({ entries: ['a', 'a', 'b'], damage: [] });
  });

  it('may be nothing, or too short to be one', () => {
    const damage = ['0 the table does not end as a table'];
    expect(read(new Uint8Array())).toEqual({ entries: [], damage });
    expect(read(MAGIC)).toEqual({ entries: [], damage });
  });
});
