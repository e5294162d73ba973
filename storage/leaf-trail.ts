import { readU32 } from './bytes.ts';
import { chainAfter } from './chain.ts';
import { LEAF_BYTES } from './leaves.ts';
import type { Position } from './open-segment.ts';

/** Where the `.leaves` of a shredded segment lead; undefined if they are not whole. */
export function followLeaves(leaves: Uint8Array, from: Position): Position | undefined {
  let { size, chain } = from;
  for (let at = 0; at < leaves.length; ) {
    if (at + 4 > leaves.length) return undefined;
    const count = readU32(leaves, at);
    const end = at + 4 + count * LEAF_BYTES;
    if (end > leaves.length) return undefined;
    chain = chainAfter(chain, size, count, leaves.subarray(at + 4, end));
    size += count;
    at = end;
  }
  return { size, chain };
}
