import { describe, expect, it } from 'vitest';
import { Cursor } from '../../../storage/level-raw/cursor.ts';
import fc from '../../fast-check.ts';
import { bytesFrom, string, uint32, uint64, varint } from './records.ts';

const varintOf = (...bytes: readonly number[]) => {
  const cursor = new Cursor(Uint8Array.from(bytes));
  const value = cursor.varint();
  return { value, isBroken: cursor.isBroken, left: cursor.end - cursor.at };
};

const broken = { value: 0, isBroken: true, left: 0 };

describe('a cursor', () => {
  it('reads what was written, one after the other', () => {
    const numbers = fc.record({
      short: fc.nat(),
      long: fc.maxSafeNat(),
      fixed: fc.maxSafeNat(),
      small: fc.nat(0xffffffff),
      bytes: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(numbers, (written) => {
        const { short, long, fixed, small, bytes } = written;
        const cursor = new Cursor(
          bytesFrom(varint(short), varint(long), uint64(fixed), uint32(small), string(bytes)),
        );
        const read = {
          short: cursor.varint(),
          long: cursor.varint(),
          fixed: cursor.uint64(),
          small: cursor.uint32(),
          bytes: cursor.string(),
        };
        expect(read).toEqual(written);
        expect([cursor.hasMore, cursor.isBroken]).toEqual([false, false]);
      }),
    );
  });

  it('is broken by numbers that are cut, too large, or longer than need be', () => {
    expect(varintOf()).toEqual(broken);
    expect(varintOf(0x80)).toEqual(broken);
    expect(varintOf(0x85, 0x00)).toEqual(broken);
    expect(varintOf(...Array(20).fill(0xff))).toEqual(broken);
    expect(varintOf(...Array(7).fill(0xff), 0x0f)).toEqual({
      value: Number.MAX_SAFE_INTEGER,
      isBroken: false,
      left: 0,
    });
    expect(varintOf(...Array(7).fill(0xff), 0x10)).toEqual(broken);
    const high = new Cursor(uint64(2 ** 53));
    expect([high.uint64(), high.isBroken]).toEqual([0, true]);
  });

  it('that is broken stands at its end, and yields nothing', () => {
    const cursor = new Cursor(bytesFrom(varint(200), new Uint8Array(199)));
    expect([cursor.string(), cursor.isBroken, cursor.hasMore]).toEqual([
      new Uint8Array(),
      true,
      false,
    ]);
    expect([cursor.byte(), cursor.uint32(), cursor.varint()]).toEqual([0, 0, 0]);
  });

  it('does not read outside of its bytes', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    expect(new Cursor(bytes, 1, 3).uint32()).toBe(0);
    for (const [from, end] of [
      [-1, 3],
      [3, 2],
      [0, 5],
    ] as const) {
      expect(new Cursor(bytes, from, end).isBroken).toBe(true);
    }
  });
});
