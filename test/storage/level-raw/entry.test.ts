import { describe, expect, it } from 'vitest';
import { compareKeys, newestOf, tagBefore } from '../../../storage/level-raw/entry.ts';
import fc from '../../fast-check.ts';
import { bytesFrom, uint64 } from './records.ts';

const key = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe('a key', () => {
  it('comes where the bytes of its text put it', () => {
    const bytes = fc.uint8Array({ maxLength: 6, max: 3 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(a, b));
      }),
    );
  });

  it('has a tag of its sequence number and its kind, or none', () => {
    const tagged = (high: number, kind: number) => bytesFrom(9, kind, uint64(high).subarray(0, 7));
    expect(tagBefore(tagged(258, 1), 9)).toEqual({ sequence: 258, isDeletion: false });
    expect(tagBefore(tagged(2 ** 53 - 1, 0), 9)).toEqual({
      sequence: 2 ** 53 - 1,
      isDeletion: true,
    });
    expect(tagBefore(tagged(2 ** 53, 0), 9)).toBeUndefined();
    expect(tagBefore(tagged(1, 2), 9)).toBeUndefined();
    expect(tagBefore(tagged(1, 1), 7)).toBeUndefined();
  });
});

describe('of the writes of a key', () => {
  it('the newest counts, and a deletion is no entry', () => {
    const entries = [
      { key: key('b'), value: key('old'), sequence: 1 },
      { key: key('a'), value: key('kept'), sequence: 9 },
      { key: key('c'), value: key('back'), sequence: 5 },
      { key: key('b'), value: key('new'), sequence: 3 },
      { key: key('c'), value: undefined, sequence: 4 },
      { key: key('d'), value: key('gone'), sequence: 6 },
      { key: key('d'), value: undefined, sequence: 7 },
      { key: key(''), value: key('empty'), sequence: 2 },
    ];
    expect(newestOf(entries)).toEqual([
      { key: key(''), value: key('empty') },
      { key: key('a'), value: key('kept') },
      { key: key('b'), value: key('new') },
      { key: key('c'), value: key('back') },
    ]);
  });
});
