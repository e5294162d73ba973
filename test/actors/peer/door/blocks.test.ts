import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../../../../actors/peer/address.ts';
import { blocksOf } from '../../../../actors/peer/door/blocks.ts';
import fc from '../../../fast-check.ts';

const [V4, V6] = [32, 64] as const;
const edges = [0n, 1n, 2n, 0xffffffffn, 1n << 32n, 0xffffffff00000000n, (1n << 64n) - 2n];

/** The address whose first bits are those, without those after. */
function addressOf(value: bigint, width: typeof V4 | typeof V6): string {
  const parts = width === V4 ? [24n, 16n, 8n, 0n] : [48n, 32n, 16n, 0n];
  if (width === V4) return parts.map((shift) => (value >> shift) & 255n).join('.');
  const groups = parts.map((shift) => ((value >> shift) & 0xffffn).toString(16));
  return canonicalAddress(`${groups.join(':')}::`) ?? '';
}

/** First and last of each block, counted. */
const spansOf = (first: bigint, last: bigint, width: typeof V4 | typeof V6) =>
  [...blocksOf(addressOf(first, width), addressOf(last, width))].map(({ high, low, bits }) => {
    const at = width === V4 ? BigInt(high) : (BigInt(high) << 32n) | BigInt(low);
    return { at, size: 1n << BigInt(width - bits) };
  });

describe('the blocks from one address to another', () => {
  it.each([
    ['192.0.2.16', '192.0.2.47', ['c0000210 0/28', 'c0000220 0/28']],
    ['192.0.2.1', '192.0.2.1', ['c0000201 0/32']],
    ['0.0.0.0', '255.255.255.255', ['0 0/0']],
    ['192.0.2.2', '192.0.2.1', []],
    ['::', 'ffff:ffff:ffff:ffff::', ['0 0/0']],
    ['2001:db8::', '2001:db8:ffff:ffff::', ['20010db8 0/32']],
    ['0:0:0:7::', '0:0:0:8::1', ['0 7/64', '0 8/64']],
    ['0:0:ffff:ffff::', '0:1::', ['0 ffffffff/64', '1 0/64']],
    ['::9', '::1', ['0 0/64']],
    ['1::', '0:ffff::', []],
  ])('%s and %s are %j', (first, last, blocks) => {
    const hex = (word: number): string => word.toString(16);
    const found = [...blocksOf(first, last)];
    const texts = found.map(({ high, low, bits }) => `${hex(high)} ${hex(low)}/${bits}`);
    expect(texts).toEqual(blocks);
  });

  it('are all that is between them, each once, and no two of them are one', () => {
    for (const width of [V4, V6] as const) {
      const max = (1n << BigInt(width)) - 1n;
      const some = fc.oneof(
        fc.bigInt({ min: 0n, max }),
        fc.constantFrom(...edges).map((edge) => (edge > max ? max : edge)),
      );
      fc.assert(
        fc.property(some, some, (one, other) => {
          const [first, last] = one < other ? [one, other] : [other, one];
          const spans = spansOf(first, last, width);
          const ends = spans.map(({ at, size }) => at + size);
          expect(spans.map(({ at }) => at)).toEqual([first, ...ends.slice(0, -1)]);
          expect(ends.at(-1)).toBe(last + 1n);
          expect(spans.filter(({ at, size }) => at % size !== 0n)).toEqual([]);
          const pairs = spans.filter(
            ({ at, size }, nth) => spans[nth + 1]?.size === size && at % (2n * size) === 0n,
          );
          expect(pairs).toEqual([]);
        }),
      );
    }
  });

  it('are at most 62 of IPv4, and 126 of IPv6', () => {
    const counts = ([V4, V6] as const).map(
      (width) => spansOf(1n, (1n << BigInt(width)) - 2n, width).length,
    );
    expect(counts).toEqual([62, 126]);
  });
});
