import type { Prefix } from './prefixes.ts';
import { wordsOf } from './range-table.ts';

const WORD_MAX = 0xffffffff;

/**
 * The fewest prefixes that are all from one canonical address to another of its family, none if
 * that is before it: of IPv4 at most 62, of IPv6, in whole /64s, at most 126.
 */
export function* blocksOf(first: string, last: string): Iterable<Prefix> {
  const [from, to] = [wordsOf(first), wordsOf(last)];
  if (!first.includes(':')) return yield* wordBlocks(from.high, to.high);
  if (from.high === to.high) return yield* lowBlocks(from.high, from.low, to.low);
  if (from.high > to.high) return;
  const isWholeFirst = from.low === 0;
  const isWholeLast = to.low === WORD_MAX;
  if (!isWholeFirst) yield* lowBlocks(from.high, from.low, WORD_MAX);
  yield* wordBlocks(from.high + (isWholeFirst ? 0 : 1), to.high - (isWholeLast ? 0 : 1));
  if (!isWholeLast) yield* lowBlocks(to.high, 0, to.low);
}

/** Of addresses that differ in their first 32 bits alone. */
function* wordBlocks(first: number, last: number): Iterable<Prefix> {
  for (let high = first; high <= last; ) {
    let size = high === 0 ? WORD_MAX + 1 : (high & -high) >>> 0;
    while (high + size - 1 > last) size /= 2;
    yield { high, low: 0, bits: Math.clz32(size - 1) };
    high += size;
  }
}

/** Of addresses that differ in the 32 bits after those alone. */
function* lowBlocks(high: number, first: number, last: number): Iterable<Prefix> {
  for (const { high: low, bits } of wordBlocks(first, last)) yield { high, low, bits: 32 + bits };
}
