import { sameBytes } from '../bytes.ts';
import { StorageError } from '../faults.ts';
import { HASH_BYTES, type HashOf, hashOfSpan, nodeHash, type Span, splitOf } from './tree.ts';

/** A tree as a checkpoint says it is. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Where the older tree ends in the newer one, and what stands beside the way up from there. */
interface Way {
  /** The last complete part of the older tree; the whole of it if it begins at 0. */
  readonly start: Span;
  readonly siblings: readonly Span[];
}

function wayOf(older: number, newer: number): Way {
  const siblings: Span[] = [];
  let [from, to] = [0, newer];
  while (older < to) {
    const middle = from + splitOf(to - from);
    siblings.push(older <= middle ? { from: middle, to } : { from, to: middle });
    [from, to] = older <= middle ? [from, middle] : [middle, to];
  }
  return { start: { from, to }, siblings: siblings.reverse() };
}

const areSizes = (older: number, newer: number): boolean =>
  Number.isSafeInteger(older) && Number.isSafeInteger(newer) && older >= 1 && older <= newer;

/**
 * The proof of RFC 6962, section 2.1.2, that the tree of `newer` leaves goes on from that of its
 * first `older` ones: at most 54 hashes; none if they are equal.
 * @throws {RangeError} unless `older` is at least 1, at most `newer`, and both are whole.
 */
export async function proveConsistency(
  older: number,
  newer: number,
  hashOf: HashOf,
): Promise<readonly Uint8Array[]> {
  if (!areSizes(older, newer)) {
    throw new RangeError(`older must be a whole number from 1 to newer ${newer}, got ${older}`);
  }
  const { start, siblings } = wayOf(older, newer);
  const spans = start.from === 0 ? siblings : [start, ...siblings];
  return Promise.all(spans.map((span) => hashOfSpan(span, hashOf)));
}

/**
 * Returns if the newer tree goes on from the older one. Every tree goes on from an empty one, so
 * that a proof of that says nothing, and is refused.
 * @throws {StorageError} UNPROVEN with the reason if the proof does not say so.
 */
export function verifyConsistency(
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Uint8Array[],
): void {
  if (!areSizes(older.size, newer.size)) {
    throw refused(`there is none from size ${older.size} to size ${newer.size}`);
  }
  const { start, siblings } = wayOf(older.size, newer.size);
  const hashes = start.from === 0 ? [older.root, ...proof] : proof;
  const [first, ...rest] = hashes;
  if (first === undefined || rest.length !== siblings.length) {
    const due = siblings.length + (start.from === 0 ? 0 : 1);
    throw refused(`it must have ${due} hashes, and has ${proof.length}`);
  }
  if (!hashes.every(({ length }) => length === HASH_BYTES)) {
    throw refused(`a hash has not ${HASH_BYTES} bytes`);
  }
  let [old, whole] = [first, first];
  for (const [at, { from }] of siblings.entries()) {
    const sibling = rest[at] ?? first;
    const isLeft = from < start.from;
    if (isLeft) old = nodeHash(sibling, old);
    whole = isLeft ? nodeHash(sibling, whole) : nodeHash(whole, sibling);
  }
  if (!sameBytes(old, older.root)) throw refused('it leads to another root of the older tree');
  if (!sameBytes(whole, newer.root)) throw refused('it leads to another root of the newer tree');
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the consistency proof does not hold: ${because}`);
