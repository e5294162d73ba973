import { Cursor } from './cursor.ts';

const NUMBER_BYTES = 4;

/** LevelDB writes every 16th key whole; keys that grow beyond that are made to fill memory. */
const KEY_GROWTH_MAX = 16;

/**
 * Takes one pair. The key is the first `keyBytes` of `keys`, which the next pair overwrites; the
 * value are the bytes of the block from `valueFrom` to `valueTo`.
 */
export type TakePair = (
  keys: Uint8Array,
  keyBytes: number,
  valueFrom: number,
  valueTo: number,
) => void;

/** Hands out the pairs of a block, and says whether it was one to the last byte. */
export function readBlock(bytes: Uint8Array, from: number, to: number, take: TakePair): boolean {
  const pairsEnd = endOfPairs(bytes, from, to);
  if (pairsEnd === undefined) return false;
  const cursor = new Cursor(bytes, from, pairsEnd);
  let keys = new Uint8Array(64);
  let keyBytes = 0;
  let growth = KEY_GROWTH_MAX * (to - from);
  while (cursor.hasMore) {
    const shared = cursor.varint();
    const unshared = cursor.varint();
    const valueBytes = cursor.varint();
    const keyFrom = cursor.at;
    cursor.skip(unshared);
    const valueFrom = cursor.at;
    cursor.skip(valueBytes);
    growth -= shared + unshared;
    if (cursor.isBroken || shared > keyBytes || growth < 0) return false;
    keyBytes = shared + unshared;
    if (keyBytes > keys.length) keys = grown(keys, 2 * keyBytes);
    for (let at = 0; at < unshared; at++) keys[shared + at] = bytes[keyFrom + at] ?? 0;
    take(keys, keyBytes, valueFrom, cursor.at);
  }
  return true;
}

/** Behind the pairs stands where every 16th begins, then how many of these numbers there are. */
function endOfPairs(bytes: Uint8Array, from: number, to: number): number | undefined {
  const count = new Cursor(bytes, Math.max(from, to - NUMBER_BYTES), to).uint32();
  const end = to - NUMBER_BYTES * (count + 1);
  return count > 0 && end >= from ? end : undefined;
}

function grown(keys: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(keys);
  return larger;
}
