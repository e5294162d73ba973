import { concat, readU32, readU64, sameBytes, text, u32, u64 } from './bytes.ts';
import { mac } from './derivation.ts';
import type { Secret } from './secret.ts';
import { type Verdict, verdicts } from './verification.ts';

/** Bytes of an encoded head. */
export const HEAD_BYTES = 256;

/** How far the log had come. */
export interface Head {
  /** Counts the heads that were written, from 1. */
  readonly generation: number;
  /** Records in the log. */
  readonly size: number;
  /** After them; 32 bytes. */
  readonly chain: Uint8Array;
  /** The active one. */
  readonly segment: number;
  /** After a clean end. */
  readonly isClosed: boolean;
  /** The worst of what openings came upon and mended; `ok` if none was an alarm. */
  readonly found: Verdict;
  /** Of the key page. */
  readonly keyGeneration: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  /** The oldest segment that has not ended: all before it have a paper. */
  readonly openFrom: number;
}

const MAGIC = concat(text('HFHEAD'), Uint8Array.of(0, 1));
const LABEL = text('head');

export function encodeHead(head: Head, key: Secret, storeId: Uint8Array): Uint8Array {
  const fields = concat(
    MAGIC,
    u64(head.generation),
    u64(head.size),
    head.chain,
    u32(head.segment),
    Uint8Array.of(head.isClosed ? 1 : 0, verdicts.indexOf(head.found), 0, 0),
    u64(head.keyGeneration),
    u64(head.wallMs),
    u32(head.openFrom),
    new Uint8Array(140),
  );
  return concat(fields, mac(key, LABEL, storeId, fields));
}

/** Undefined unless these are the bytes that `encodeHead` makes of a head, under the same key. */
export function decodeHead(slot: Uint8Array, key: Secret, storeId: Uint8Array): Head | undefined {
  if (slot.length !== HEAD_BYTES) return undefined;
  const [generation, size] = [readU64(slot, 8), readU64(slot, 16)];
  const [keyGeneration, wallMs] = [readU64(slot, 64), readU64(slot, 72)];
  if (generation === undefined || generation === 0 || size === undefined) return undefined;
  const found = verdicts[slot[61] ?? 0];
  if (keyGeneration === undefined || wallMs === undefined || found === undefined) return undefined;
  const head = {
    generation,
    size,
    chain: Uint8Array.from(slot.subarray(24, 56)),
    segment: readU32(slot, 56),
    isClosed: slot[60] === 1,
    found,
    keyGeneration,
    wallMs,
    openFrom: readU32(slot, 80),
  };
  return sameBytes(encodeHead(head, key, storeId), slot) ? head : undefined;
}
