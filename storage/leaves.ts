import { createCipheriv, hash } from 'node:crypto';
import { concat, u32, u64 } from './bytes.ts';
import type { Secret } from './secret.ts';

export const LEAF_BYTES = 32;
export const RECORDS_PER_BLOCK_MAX = 256;
/** Of plaintext: the records, and 4 bytes more for each. */
export const BLOCK_BYTES_MAX = 65_536;

export const SALT_BYTES = 16;
const LENGTH_BYTES = 4;
/** How far the prefix of a record, 0x00 and its salt, begins before the record's length. */
const MARGIN = 1 + SALT_BYTES - LENGTH_BYTES;

const noSalts = new Uint8Array(SALT_BYTES * RECORDS_PER_BLOCK_MAX);
const scratch = new Uint8Array(MARGIN + BLOCK_BYTES_MAX);
const scratchView = new DataView(scratch.buffer);

/** Of the records of one block, joined, 16 bytes each. */
export function saltsOf(key: Secret, { first, counter, count }: LeafPlace): Uint8Array {
  const start = concat(u64(first), u32(counter % 2 ** 32), u32(0));
  const stream = key.use((bytes) => createCipheriv('aes-256-ctr', bytes, start));
  return stream.update(noSalts.subarray(0, SALT_BYTES * count));
}

/** What the salts of a block depend on, apart from the session. */
export interface LeafPlace {
  /** Index of its first record in the log. */
  readonly first: number;
  /** Blocks of the session before this one. */
  readonly counter: number;
  /** Of its records; at most 256. */
  readonly count: number;
}

/**
 * The leaf hashes, in hex, of the plaintext of a block, at most 65,536 bytes; undefined if it is
 * not `count` times a length and a record.
 * Its prefix is written over what stands before a record, which has been hashed by then.
 */
export function leavesOf(
  plaintext: Uint8Array,
  key: Secret,
  place: LeafPlace,
): readonly string[] | undefined {
  const { count } = place;
  const salts = saltsOf(key, place);
  scratch.set(plaintext, MARGIN);
  const end = MARGIN + plaintext.length;
  let at = MARGIN;
  const leaves: string[] = [];
  for (let index = 0; index < count; index++) {
    if (at + LENGTH_BYTES >= end) return undefined;
    const next = at + LENGTH_BYTES + scratchView.getUint32(at);
    if (next === at + LENGTH_BYTES || next > end) return undefined;
    const from = at - MARGIN;
    scratch[from] = 0;
    for (let byte = 0; byte < SALT_BYTES; byte++) {
      scratch[from + 1 + byte] = salts[SALT_BYTES * index + byte] ?? 0;
    }
    leaves.push(hash('sha256', new Uint8Array(scratch.buffer, from, next - from), 'hex'));
    at = next;
  }
  return at === end ? leaves : undefined;
}
