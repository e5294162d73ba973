import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../storage/level-raw/manifest.ts';
import { bytesFrom, logOf, string, varint } from './records.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const comparator = (name: string) => bytesFrom(1, string(bytes(name)));
const number = (tag: number, value: number) => bytesFrom(tag, varint(value));
const deleted = (level: number, table: number) => bytesFrom(6, level, varint(table));
const added = (level: number, table: number, sizeBytes: number) =>
  bytesFrom(7, level, varint(table), varint(sizeBytes), string(bytes('a')), string(bytes('z')));
const pointer = (level: number) => bytesFrom(5, level, string(bytes('k')));

const noteOf = (table: number, sizeBytes: number) => ({
  number: table,
  sizeBytes,
  smallest: bytes('a'),
  largest: bytes('z'),
});

const snapshot = bytesFrom(comparator('leveldb.BytewiseComparator'), pointer(1), added(0, 5, 500));
const numbers = bytesFrom(number(2, 12), number(9, 0), number(3, 14), number(4, 1000));

function read(...edits: readonly Uint8Array[]) {
  const damage: string[] = [];
  const version = readManifest(logOf(...edits), false, (offset, what) => {
    damage.push(`${offset} ${what}`);
  });
  return { version, damage };
}

describe('a MANIFEST', () => {
  it('says what all its edits come to', () => {
    const later = bytesFrom(number(2, 15), number(3, 20), number(4, 2000));
    const moved = bytesFrom(deleted(0, 5), deleted(0, 7), added(1, 5, 500), added(0, 9, 900));
    expect(read(snapshot, numbers, added(0, 7, 700), bytesFrom(later, moved))).toEqual({
      version: {
        tables: [noteOf(9, 900), noteOf(5, 500)],
        logNumber: 15,
        nextFile: 20,
        lastSequence: 2000,
      },
      damage: [],
    });
  });

  it('keeps a table that one edit deletes and adds', () => {
    const { version } = read(numbers, bytesFrom(added(2, 5, 500), deleted(2, 5)));
    expect(version?.tables).toEqual([noteOf(5, 500)]);
  });

  it('says nothing if one edit cannot be read', () => {
    const at = logOf(numbers).length;
    const wrong: readonly (readonly [Uint8Array, string])[] = [
      [Uint8Array.of(8), 'an edit has an unknown field'],
      [comparator('leveldb.BytewiseComparator2'), 'the order of the keys is a foreign one'],
      [added(7, 1, 1), 'an edit names a level that does not exist'],
      [added(1, 1, 1).subarray(0, -1), 'an edit is not whole'],
      [number(2, 300).subarray(0, -1), 'an edit is not whole'],
    ];
    for (const [edit, what] of wrong) {
      expect(read(numbers, edit, snapshot)).toEqual({
        version: undefined,
        damage: [`${at} ${what}`],
      });
    }
  });

  it('says nothing if a number was never set', () => {
    const all = [number(2, 12), number(3, 14), number(4, 1000)];
    for (const left of all) {
      const edit = bytesFrom(...all.filter((other) => other !== left));
      const damage = [`${logOf(edit).length} a number that every store has is missing`];
      expect(read(edit)).toEqual({ version: undefined, damage });
    }
  });
});
