import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, it } from 'vitest';
import { concat, hex, u32, u64 } from '../../storage/bytes.ts';
import { encodeHolds, OPEN_END } from '../../storage/holds.ts';
import { decodeKeyPage, encodeKeyPage, type KeyPage } from '../../storage/key-page.ts';
import type { Secret } from '../../storage/secret.ts';
import fc from '../fast-check.ts';
import { drawn, flipped, secretOf, storeId } from './sealing.ts';

const key = secretOf(7);
const nonce = drawn()(24);

const pageOf = (generation: number, ...segments: number[]): KeyPage => ({
  generation,
  headGeneration: 300,
  keys: new Map(segments.map((segment) => [segment, secretOf(segment % 251)])),
  holds: [],
});

/** What a page holds, as texts that can be compared. */
const shown = (page: KeyPage | undefined) =>
  page && [
    page.generation,
    page.headGeneration,
    ...[...page.keys].map(([segment, each]) => `${segment} ${bare(each)}`),
  ];

const bare = (secret: Secret): string => secret.use(hex);

const begin = (generation = 1) =>
  Uint8Array.from([...Buffer.from('HFKEYS'), 0, 1, 0, 0, 0, 0, 0, 0, 0, generation]);

/** A page of these bytes, sealed by hand. */
function sealed(plain: Uint8Array, head = begin()): Uint8Array {
  const aad = concat(Buffer.from('keys'), storeId, head);
  const cipher = xchacha20poly1305(new Uint8Array(32).fill(7), nonce, aad);
  return concat(head, nonce, cipher.encrypt(plain));
}

function plainOf(...writes: readonly (readonly [at: number, bytes: Uint8Array])[]): Uint8Array {
  const plain = new Uint8Array(65_480);
  for (const [at, bytes] of writes) plain.set(bytes, at);
  return plain;
}

const slot = (segment: number, flags = 0) =>
  concat(u32(segment), u32(flags), new Uint8Array(32).fill(segment));

describe('a key page', () => {
  it('is laid out as the format says', () => {
    const file = encodeKeyPage(pageOf(1, 5, 3), key, storeId, nonce);
    expect(hex(file)).toBe(hex(sealed(plainOf([0, slot(5)], [40, slot(3)], [40_960, u64(300)]))));
    expect(file.length).toBe(65_536);
  });

  it('has the holds behind the generation of the head', () => {
    const holds = [
      { name: 'case 7', from: 5, to: 9 },
      { name: 'Prüfung', from: 0, to: OPEN_END },
    ];
    const file = encodeKeyPage({ ...pageOf(1), holds }, key, storeId, nonce);
    const plain = plainOf([40_960, u64(300)], [40_968, encodeHolds(holds)]);
    expect(hex(file)).toBe(hex(sealed(plain)));
    expect(decodeKeyPage(file, key, storeId)?.holds).toEqual(holds);
  });

  it('is read as it was written, in its order', () => {
    const segment = fc.integer({ min: 1, max: 2 ** 32 - 1 });
    const segments = fc.uniqueArray(segment, { maxLength: 1_024, size: 'max' });
    const generation = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(generation, segments, (number, numbers) => {
        const page = pageOf(number, ...numbers);
        const read = decodeKeyPage(encodeKeyPage(page, key, storeId, nonce), key, storeId);
        expect(shown(read)).toEqual(shown(page));
      }),
      { numRuns: 20 },
    );
  });

  it('has 1,024 slots, and may have holes', () => {
    const segments = Array.from({ length: 1_024 }, (_, index) => index + 1);
    const full = encodeKeyPage(pageOf(1, ...segments), key, storeId, nonce);
    expect(decodeKeyPage(full, key, storeId)?.keys.size).toBe(1_024);
    const plain = plainOf([1_023 * 40, slot(9)], [40_960, u64(300)]);
    const last = decodeKeyPage(sealed(plain), key, storeId);
    expect(shown(last)).toEqual(shown(pageOf(1, 9)));
  });

  it('is refused with a byte flipped, in its head, its nonce, its slots or its tag', () => {
    const file = encodeKeyPage(pageOf(1, 1, 2), key, storeId, nonce);
    const every = [
      ...Array(200).keys(),
      ...Array.from({ length: 100 }, (_, i) => 65_535 - 653 * i),
    ];
    const read = every.map((at) => decodeKeyPage(flipped(file, at), key, storeId));
    expect(read.filter((page) => page !== undefined)).toEqual([]);
  });

  it('is refused with another key, for another store, or at another length', () => {
    const file = encodeKeyPage(pageOf(1, 1, 2), key, storeId, nonce);
    const read = [
      decodeKeyPage(file, secretOf(8), storeId),
      decodeKeyPage(file, key, storeId.toReversed()),
      decodeKeyPage(file.subarray(1), key, storeId),
      decodeKeyPage(concat(file, Uint8Array.of(0)), key, storeId),
      decodeKeyPage(new Uint8Array(), key, storeId),
      decodeKeyPage(new Uint8Array(65_536), key, storeId),
    ];
    expect(read).toEqual(Array(6).fill(undefined));
  });

  it.each([
    ['a segment twice', plainOf([0, slot(1)], [80, slot(1)]), 1],
    ['flags', plainOf([0, slot(1, 1)]), 1],
    ['a key of no segment', plainOf([47, Uint8Array.of(1)]), 1],
    ['a hold that is none', plainOf([40_968, Uint8Array.of(1)]), 1],
    ['bytes behind the holds', plainOf([61_448, Uint8Array.of(1)]), 1],
    ['bytes at the end', plainOf([65_479, Uint8Array.of(1)]), 1],
    ['a generation that is too large', plainOf([40_960, Uint8Array.of(1)]), 1],
    ['generation 0', plainOf(), 0],
    ['a byte less', plainOf().subarray(1), 1],
  ])('is refused with %s, though its seal is right', (_, plain, generation) => {
    expect(decodeKeyPage(sealed(plain, begin(generation)), key, storeId)).toBeUndefined();
  });

  it('is not made of wrong values', () => {
    const make = (page: KeyPage) => () => encodeKeyPage(page, key, storeId, nonce);
    const many = Array.from({ length: 1_025 }, (_, index) => index + 1);
    expect(make(pageOf(1, ...many))).toThrow(new RangeError('keys must be at most 1024, got 1025'));
    expect(make(pageOf(1, 0))).toThrow(new RangeError('segment must be from 1 to 2^32 - 1, got 0'));
  });
});
