import { sameBytes } from '../bytes.ts';
import { StorageError } from '../faults.ts';
import { HASH_BYTES, type HashOf, hashOfSpan, nodeHash, type Span, splitOf } from './tree.ts';

/** What an inclusion proof is about: leaf `index` of the tree of `size` leaves under `root`. */
export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  /** The hash of the leaf. */
  readonly leaf: Uint8Array;
}

/** What stands beside the way from a leaf up to the root. */
function siblingsOf(index: number, size: number): readonly Span[] {
  const siblings: Span[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    siblings.push(index < middle ? { from: middle, to } : { from, to: middle });
    [from, to] = index < middle ? [from, middle] : [middle, to];
  }
  return siblings.reverse();
}

const isIndex = (index: number, size: number): boolean =>
  Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;

/**
 * The proof of RFC 6962, section 2.1.1, that leaf `index` is in the tree of the first `size`
 * leaves: at most 53 hashes, from the leaf up.
 * @throws {RangeError} unless `index` is below `size`, both whole and at least 0.
 */
export async function proveInclusion(
  index: number,
  size: number,
  hashOf: HashOf,
): Promise<readonly Uint8Array[]> {
  if (!isIndex(index, size)) {
    throw new RangeError(`index must be a whole number from 0, below size ${size}, got ${index}`);
  }
  return Promise.all(siblingsOf(index, size).map((span) => hashOfSpan(span, hashOf)));
}

/**
 * Returns if the leaf is in the tree.
 * @throws {StorageError} UNPROVEN with the reason if the proof does not say so.
 */
export function verifyInclusion(
  { index, size, root, leaf }: Inclusion,
  proof: readonly Uint8Array[],
): void {
  if (!isIndex(index, size)) throw refused(`there is no leaf ${index} in a tree of ${size}`);
  const siblings = siblingsOf(index, size);
  if (proof.length !== siblings.length) {
    throw refused(`it must have ${siblings.length} hashes, and has ${proof.length}`);
  }
  if (![leaf, ...proof].every(({ length }) => length === HASH_BYTES)) {
    throw refused(`a hash has not ${HASH_BYTES} bytes`);
  }
  const found = siblings.reduce((hash, { from }, at) => {
    const sibling = proof[at] ?? hash;
    return from < index ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  }, leaf);
  if (!sameBytes(found, root)) throw refused('it leads to another root');
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the inclusion proof does not hold: ${because}`);
