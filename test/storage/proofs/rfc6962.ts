import { createHash } from 'node:crypto';
import { StorageError } from '../../../storage/faults.ts';
import type { Subtree } from '../../../storage/proofs/tree.ts';

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
};

const above = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(Uint8Array.of(1), left, right);

/** The hash of leaf `index`, which differs from all others. */
export const leafAt = (index: number): Uint8Array =>
  sha256(Uint8Array.of(0), Buffer.from(`record ${index}`));

const known = new Map<string, Uint8Array>();

/** MTH(D[from:to]) of RFC 6962, section 2.1, of the leaves above. */
export function rootByHand(from: number, to: number): Uint8Array {
  const found = known.get(`${from}-${to}`);
  if (found) return found;
  const k = halfOf(to - from);
  const root =
    to - from === 0
      ? sha256()
      : to - from === 1
        ? leafAt(from)
        : above(rootByHand(from, from + k), rootByHand(from + k, to));
  known.set(`${from}-${to}`, root);
  return root;
}

const halfOf = (n: number): number => (n > 2 ? 2 * halfOf(Math.ceil(n / 2)) : 1);

/** PATH(m, D[from:to]) of section 2.1.1. */
export function pathByHand(m: number, from: number, to: number): readonly Uint8Array[] {
  if (to - from === 1) return [];
  const middle = from + halfOf(to - from);
  return m < middle
    ? [...pathByHand(m, from, middle), rootByHand(middle, to)]
    : [...pathByHand(m, middle, to), rootByHand(from, middle)];
}

/** SUBPROOF(m, D[from:to], from = 0) of section 2.1.2. */
export function proofByHand(m: number, from: number, to: number): readonly Uint8Array[] {
  if (m === to) return from === 0 ? [] : [rootByHand(from, to)];
  const middle = from + halfOf(to - from);
  return m <= middle
    ? [...proofByHand(m, from, middle), rootByHand(middle, to)]
    : [...proofByHand(m, middle, to), rootByHand(from, middle)];
}

export const subtreeByHand = async ({ level, index }: Subtree): Promise<Uint8Array> =>
  rootByHand(index * 2 ** level, (index + 1) * 2 ** level);

/** A tree of any size whose leaves are all leaf 0, but for a few with hashes of their own. */
export class SparseTree {
  readonly #odd: readonly number[];
  readonly #plain: Uint8Array[] = [leafAt(0)];

  constructor(...odd: readonly number[]) {
    this.#odd = odd;
  }

  readonly hashOf = async (subtree: Subtree): Promise<Uint8Array> => this.at(subtree);

  at({ level, index }: Subtree): Uint8Array {
    const isOdd = this.#odd.some((leaf) => Math.floor(leaf / 2 ** level) === index);
    if (!isOdd) return this.#plainAt(level);
    if (level === 0) return leafAt(index);
    const below = { level: level - 1, index: 2 * index };
    return above(this.at(below), this.at({ ...below, index: below.index + 1 }));
  }

  #plainAt(level: number): Uint8Array {
    const known = this.#plain[level];
    if (known) return known;
    const half = this.#plainAt(level - 1);
    const hash = above(half, half);
    this.#plain[level] = hash;
    return hash;
  }
}

/** For comparisons in great number. */
export const hexOf = (hashes: readonly Uint8Array[]): string =>
  Buffer.concat(hashes).toString('hex');

/** Copies of `bytes`, each with one of its bits flipped. */
export const bitsFlipped = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: 8 * bytes.length }, (_, bit) =>
    bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit % 8))),
  );

/** Why `work` is refused; undefined if it is not. */
export function reasonOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof StorageError && error.code === 'UNPROVEN') return error.message;
    throw error;
  }
}
