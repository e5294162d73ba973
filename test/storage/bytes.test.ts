import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  concat,
  giveBack,
  hex,
  plain,
  readU32,
  readU64,
  sameBytes,
  sha256,
  text,
  u32,
  u64,
} from '../../storage/bytes.ts';
import fc from '../fast-check.ts';

const wholeMax = Number.MAX_SAFE_INTEGER;

describe('bytes', () => {
  it('are joined in their order, into new ones', () => {
    const whole = concat(Uint8Array.of(1), new Uint8Array(), Buffer.from([2, 3]));
    expect([whole, concat()]).toStrictEqual([Uint8Array.of(1, 2, 3), new Uint8Array()]);
  });

  it('of a text are UTF-8, and of a view only its own in hex', () => {
    expect(hex(text('aß€').subarray(1))).toBe('c39fe282ac');
  });

  it('are the same only if all of them are', () => {
    const pairs = [
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2],
        [1, 3],
      ],
      [[1, 2], [1]],
      [[], []],
    ] as const;
    const same = pairs.map(([a, b]) => sameBytes(Uint8Array.from(a), Uint8Array.from(b)));
    expect(same).toEqual([true, false, false, true]);
  });

  it('of a Buffer stay where they are, and are a Buffer no longer', () => {
    const buffer = Buffer.from([1, 2, 3]).subarray(1);
    const bytes = plain(buffer);
    buffer[0] = 9;
    expect(bytes).toStrictEqual(Uint8Array.of(9, 3));
  });
});

describe('a number', () => {
  it('is written big-endian', () => {
    const written = [u32(0x01020304), u32(2 ** 32 - 1), u64(2 ** 32 + 2), u64(wholeMax)];
    expect(written.map(hex)).toEqual([
      '01020304',
      'ffffffff',
      '0000000100000002',
      '001fffffffffffff',
    ]);
  });

  it('is read as it was written, wherever it stands', () => {
    fc.assert(
      fc.property(fc.nat({ max: wholeMax }), fc.nat({ max: 9 }), (n, at) => {
        const bytes = concat(new Uint8Array(at), u64(n), u32(n % 2 ** 32)).subarray(at);
        expect([readU64(bytes, 0), readU32(bytes, 8)]).toEqual([n, n % 2 ** 32]);
      }),
    );
  });

  it('beyond 2^53 - 1 is not read', () => {
    const beyond = ['0020000000000000', 'ffffffffffffffff'];
    expect(beyond.map((digits) => readU64(Buffer.from(digits, 'hex'), 0))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each([-1, 0.5, NaN, Infinity, 2 ** 53])('is not written if it is %d', (n) => {
    const range = (max: string) =>
      new RangeError(`n must be a whole number from 0 to ${max}, got ${n}`);
    expect(() => u32(n)).toThrow(range('2^32 - 1'));
    expect(() => u64(n)).toThrow(range('2^53 - 1'));
  });

  it('of four bytes ends at 2^32 - 1', () => {
    expect(() => u32(2 ** 32)).toThrow(RangeError);
  });
});

describe('a hash', () => {
  it('is SHA-256 of the parts, joined, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 99 })), (parts) => {
        const hash = createHash('sha256');
        for (const part of parts) hash.update(part);
        expect(sha256(...parts)).toStrictEqual(Uint8Array.from(hash.digest()));
      }),
    );
  });
});

describe('bytes that are given back', () => {
  it('are gone, and none but those', () => {
    const [whole, small, larger] = [8_192, 4_095, 8_193].map((length) => new Uint8Array(length));
    const piece = larger?.subarray(0, 8_192);
    for (const bytes of [whole, small, piece]) if (bytes) giveBack(bytes);
    expect([whole, small, larger, piece].map((bytes) => bytes?.length)).toEqual([
      ...[0, 4_095, 8_193, 8_192],
    ]);
  });
});
