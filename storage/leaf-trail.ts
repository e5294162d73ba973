import { parseBlock } from './block.ts';
import { concat, readU32, u32 } from './bytes.ts';
import { chainAfter } from './chain.ts';
import { LEAF_BYTES } from './leaves.ts';
import type { Position } from './open-segment.ts';
import type { RawStore } from './ports.ts';
import { parseStoreKey } from './session.ts';

/** What `.leaves` holds of a segment: of each block the number of its records, and their leaves. */
export function leafTrailOf({ entries }: Pick<RawStore, 'entries'>): Uint8Array {
  const parts = entries.flatMap(({ key, value }) => {
    if (parseStoreKey(key)?.kind !== 'block') return [];
    const block = parseBlock(value);
    return block === undefined ? [] : [u32(block.count), block.leaves];
  });
  return concat(...parts);
}

/** Where such leaves lead; undefined if they are not whole. */
export function followLeaves(trail: Uint8Array, from: Position): Position | undefined {
  let { size, chain } = from;
  for (let at = 0; at < trail.length; ) {
    if (at + 4 > trail.length) return undefined;
    const count = readU32(trail, at);
    const end = at + 4 + count * LEAF_BYTES;
    if (end > trail.length) return undefined;
    chain = chainAfter(chain, size, count, trail.subarray(at + 4, end));
    size += count;
    at = end;
  }
  return { size, chain };
}

/** The leaves of a trail that is whole, without the numbers between them. */
export function leavesOfTrail(trail: Uint8Array): Uint8Array {
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < trail.length; ) {
    const end = at + 4 + readU32(trail, at) * LEAF_BYTES;
    leaves.push(trail.subarray(at + 4, end));
    at = end;
  }
  return concat(...leaves);
}
