import { hashAbove, nodeHash, type Subtree, subtreesOf } from './tree.ts';

/** Hears of each subtree that a leaf completes, the leaf first. */
export type OnComplete = (subtree: Subtree, hash: Uint8Array) => void;

/**
 * All of an RFC 6962 tree that its further growth needs: the hashes of the complete subtrees that
 * its leaves are made of (a compact range), at most 53.
 */
export class Frontier {
  #size: number;
  readonly #hashes: Uint8Array[];

  /**
   * Of a tree of `size` leaves: the hashes of its complete subtrees, from left to right.
   * @throws {RangeError} if they are not as many as the tree has.
   */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    const { length } = subtreesOf({ from: 0, to: size });
    if (hashes.length !== length) {
      throw new RangeError(`hashes must be ${length} for size ${size}, got ${hashes.length}`);
    }
    this.#size = size;
    this.#hashes = [...hashes];
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array, onComplete?: OnComplete): void {
    let hash = leaf;
    let index = this.#size;
    onComplete?.({ level: 0, index }, hash);
    for (let level = 1; index % 2 === 1; level++) {
      hash = nodeHash(this.#hashes.pop() ?? hash, hash);
      index = (index - 1) / 2;
      onComplete?.({ level, index }, hash);
    }
    this.#hashes.push(hash);
    this.#size += 1;
  }

  root(): Uint8Array {
    return hashAbove(this.#hashes);
  }
}
