import { hash } from 'node:crypto';
import { sha256 } from '../bytes.ts';

export const HASH_BYTES = 32;

const LEAF = Uint8Array.of(0);
const NOTHING = new Uint8Array();

/** 0x01, and room for two hashes. */
const pair = new Uint8Array(1 + 2 * HASH_BYTES);
pair[0] = 1;

/** A complete subtree: 2^level leaves, from leaf index * 2^level on. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Leaves from `from`, included, to `to`, excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The hash of a complete subtree of a stored tree. */
export type HashOf = (subtree: Subtree) => Promise<Uint8Array>;

/** RFC 6962, section 2.1: the hash of a leaf with this data, its parts joined. */
export const leafHash = (...data: readonly Uint8Array[]): Uint8Array => sha256(LEAF, ...data);

/**
 * RFC 6962, section 2.1: the hash above two others.
 * Trap: each must have 32 bytes; a shorter one would be filled up with those of an earlier call.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  // Half the time of `sha256`, and nearly all of the time that a tree takes to grow.
  const digest = hash('sha256', pair, 'binary');
  const above = new Uint8Array(HASH_BYTES);
  for (let at = 0; at < HASH_BYTES; at++) above[at] = digest.charCodeAt(at);
  return above;
}

/** The largest power of two below `n`, where RFC 6962 splits a tree of n > 1 leaves. */
export function splitOf(n: number): number {
  let split = 1;
  while (2 * split < n) split *= 2;
  return split;
}

/**
 * The complete subtrees that a span is made of, from left to right.
 * Trap: only for spans that RFC 6962 makes of a tree by splitting it; others have no hash.
 */
export function subtreesOf({ from, to }: Span): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = from; at < to; ) {
    const leaves = splitOf(to - at + 1);
    subtrees.push({ level: Math.round(Math.log2(leaves)), index: at / leaves });
    at += leaves;
  }
  return subtrees;
}

/** The hash above the complete subtrees of a span, from left to right; of none, an empty tree's. */
export function hashAbove(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256(NOTHING);
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The hash of a span that RFC 6962 makes of a tree by splitting it. */
export const hashOfSpan = async (span: Span, hashOf: HashOf): Promise<Uint8Array> =>
  hashAbove(await Promise.all(subtreesOf(span).map(hashOf)));

/** The root of the first `size` leaves of a stored tree. */
export const rootOf = (size: number, hashOf: HashOf): Promise<Uint8Array> =>
  hashOfSpan({ from: 0, to: size }, hashOf);
