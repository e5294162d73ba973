import { sha256, text, u32, u64 } from './bytes.ts';

const AFTER_BLOCK = Uint8Array.of(2);

/** The chain of an empty log: 32 bytes, as all of them. */
export function chainStart(storeId: Uint8Array): Uint8Array {
  return sha256(text('holdfast/v1/log'), storeId);
}

/** The chain after a block of `count` records; `leaves` are their hashes, 32 bytes each. */
export function chainAfter(
  chain: Uint8Array,
  first: number,
  count: number,
  leaves: Uint8Array,
): Uint8Array {
  return sha256(AFTER_BLOCK, chain, u64(first), u32(count), leaves);
}
