import { describe, expect, it } from 'vitest';
import { concat, text, u32, u64 } from '../../storage/bytes.ts';
import { decodeRing, encodeRing, type KeyRing, type RingKey } from '../../storage/key-ring.ts';
import { unseal } from '../../storage/seal.ts';
import { codeOf, everyFlip, sealTools, secretOf, storeId } from './sealing.ts';

const tools = sealTools();
const recordOf = (byte: number): Uint8Array => new Uint8Array(253).fill(byte);

const keys: readonly RingKey[] = [
  { state: 'archived', seq: 3, sinceMs: 5, seed: secretOf(3), record: recordOf(3) },
  { state: 'present', seq: 4, sinceMs: 6, seed: secretOf(4), record: recordOf(4) },
  { state: 'next', seq: 5, sinceMs: 7, seed: secretOf(5), record: recordOf(0) },
];
const ring: KeyRing = { generation: 9, keys };
const bytes = encodeRing(tools, ring);

/** A seed is told by its bytes alone. */
const plainOf = ({ generation, keys }: KeyRing) => ({
  generation,
  keys: keys.map(({ seed, ...key }) => ({
    ...key,
    seed: seed?.use((lent) => lent[0]),
  })),
});

describe('a key ring', () => {
  it('has the bytes that FORMAT says', () => {
    const head = concat(text('HFRING'), Uint8Array.of(0, 1), u64(9));
    expect(bytes.slice(0, 16)).toEqual(head);
    const aad = concat(text('ring'), storeId, head);
    const entryOf = (state: number, seq: number, record: number) =>
      concat(
        Uint8Array.of(1, state),
        u32(seq),
        u64(seq + 2),
        new Uint8Array(32).fill(seq),
        recordOf(record),
      );
    expect(unseal(tools.key, aad, bytes.subarray(16))).toEqual(
      concat(entryOf(3, 3, 3), entryOf(1, 4, 4), entryOf(0, 5, 0)),
    );
  });

  it('is read as it was written, with a seed that is derived or destroyed left out', () => {
    expect(plainOf(decodeRing(tools, bytes))).toEqual(plainOf(ring));
    const [old, ...others] = keys;
    if (old === undefined) throw new Error('no key');
    const less = { ...ring, keys: [{ ...old, seed: undefined }, ...others] };
    expect(plainOf(decodeRing(tools, encodeRing(tools, less)))).toEqual(plainOf(less));
  });

  it('is damaged with any bit changed, or cut', () => {
    const some = everyFlip(bytes).filter((_, at) => at < 60 || at % 40 === 0);
    expect(new Set(some.map((each) => codeOf(() => decodeRing(tools, each))))).toEqual(
      new Set(['CORRUPT', 'NEWER_VERSION']),
    );
    for (const length of [0, 15, 16, 60, bytes.length - 1]) {
      expect(codeOf(() => decodeRing(tools, bytes.subarray(0, length)))).toBe('CORRUPT');
    }
  });

  it('is nobody else\u2019s, and none of another store', () => {
    const other = { ...tools, storeId: new Uint8Array(16) };
    expect([
      codeOf(() => decodeRing(sealTools(8), bytes)),
      codeOf(() => decodeRing(other, bytes)),
    ]).toEqual(['CORRUPT', 'CORRUPT']);
  });

  it.each([
    ['no key', []],
    ['no next key', keys.slice(0, 2)],
    ['no present one', keys.slice(2)],
    ['a gap', [keys[0], { ...keys[1], seq: 5 }, { ...keys[2], seq: 6 }]],
    ['two present ones', [{ ...keys[0], state: 'present' }, keys[1], keys[2]]],
  ] as const)('is none with %s', (_, made) => {
    const broken = { generation: 1, keys: made } as KeyRing;
    expect(codeOf(() => decodeRing(tools, encodeRing(tools, broken)))).toBe('CORRUPT');
  });

  it('has 64 keys at most', () => {
    const many = Array.from({ length: 65 }, (_, seq) => ({ ...keys[0], seq }) as RingKey);
    expect(codeOf(() => encodeRing(tools, { ...ring, keys: many }))).toBe('KEY_PAGE_FULL');
  });
});
