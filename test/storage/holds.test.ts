import { describe, expect, it } from 'vitest';
import { concat, hex, u64 } from '../../storage/bytes.ts';
import {
  decodeHolds,
  encodeHolds,
  type Hold,
  holdOn,
  isHoldName,
  OPEN_END,
} from '../../storage/holds.ts';
import fc from '../fast-check.ts';

const ROOM = 24_512;

const roomFor = (...slots: Uint8Array[]): Uint8Array => {
  const room = new Uint8Array(ROOM);
  room.set(concat(...slots));
  return room;
};

const slot = (from: number, to: number, name: string, after = '') => {
  const bytes = new Uint8Array(80);
  bytes.set(concat(u64(from), u64(to), Buffer.from(name)));
  bytes.set(Buffer.from(after), 78);
  return bytes;
};

const hold = fc
  .record({ name: fc.string({ unit: 'grapheme' }), from: fc.nat(), length: fc.nat() })
  .map(({ name, from, length }): Hold => ({ name, from, to: from + length + 1 }))
  .filter(({ name }) => isHoldName(name));

describe('holds', () => {
  it('are laid out as the format says', () => {
    const holds = [
      { name: 'case 7', from: 258, to: OPEN_END },
      { name: 'ü'.repeat(32), from: 0, to: 1 },
    ];
    expect(hex(encodeHolds(holds))).toBe(
      [
        '0000000000000102001fffffffffffff',
        `6361736520370000${'00'.repeat(56)}`,
        '00000000000000000000000000000001',
        'c3bc'.repeat(32),
      ].join(''),
    );
  });

  it('are read as they were written, in their order, 256 at most', () => {
    const holds = fc.uniqueArray(hold, { selector: ({ name }) => name, maxLength: 256 });
    fc.assert(
      fc.property(holds, (given) => {
        expect(decodeHolds(roomFor(encodeHolds(given)))).toEqual(given);
      }),
    );
    const many = Array.from({ length: 257 }, (_, n) => ({ name: `${n}`, from: n, to: n + 1 }));
    expect(decodeHolds(roomFor(encodeHolds(many.slice(1))))).toEqual(many.slice(1));
    expect(() => encodeHolds(many)).toThrow(new RangeError('holds must be at most 256, got 257'));
  });

  it.each([
    ['one with no name', [slot(1, 2, '')]],
    ['one that ends before it begins', [slot(2, 1, 'a')]],
    ['one over nothing', [slot(2, 2, 'a')]],
    ['a name twice', [slot(1, 2, 'a'), slot(3, 4, 'a')]],
    ['a line feed in a name', [slot(1, 2, 'a\nb')]],
    ['bytes behind a name', [slot(1, 2, 'a', 'x')]],
    ['a free slot before one', [new Uint8Array(80), slot(1, 2, 'a')]],
    ['an end that is too large', [concat(u64(1), Uint8Array.of(1), slot(0, 0, 'a').subarray(9))]],
  ])('are none with %s', (_, slots) => {
    expect(decodeHolds(roomFor(...slots))).toBeUndefined();
  });

  it('have names of 1 to 64 bytes, without control characters', () => {
    const good = ['a', 'case 7', 'ü'.repeat(32), 'a'.repeat(64)];
    const bad = ['', 'ü'.repeat(33), 'a\0', 'a\nb', '\u0085', '\ud800'];
    expect([good.map(isHoldName), bad.map(isHoldName)]).toEqual([
      good.map(() => true),
      bad.map(() => false),
    ]);
  });

  it.each([
    [0, 5, undefined],
    [0, 6, 'early'],
    [9, 10, 'early'],
    [10, 12, undefined],
    [19, 21, 'late'],
    [1_000_000, 1_000_001, 'late'],
    [7, 7, 'early'],
    [5, 5, undefined],
  ])('keep records %i to %i: %s', (first, size, name) => {
    const holds = [
      { name: 'early', from: 5, to: 10 },
      { name: 'late', from: 20, to: OPEN_END },
    ];
    expect(holdOn(holds, { first, size })?.name).toBe(name);
  });
});
