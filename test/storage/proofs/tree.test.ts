import { describe, expect, it } from 'vitest';
import { hex } from '../../../storage/bytes.ts';
import { hashAbove, leafHash, rootOf, splitOf, subtreesOf } from '../../../storage/proofs/tree.ts';
import { rootByHand, SparseTree, subtreeByHand } from './rfc6962.ts';

const bytes = (digits: string): Uint8Array => Buffer.from(digits, 'hex');

describe('the tree of RFC 6962', () => {
  it('has a hash for no leaf at all', () => {
    expect(hex(hashAbove([]))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('takes the data of a leaf in parts', () => {
    expect(leafHash(bytes('20'), bytes('21'))).toEqual(leafHash(bytes('2021')));
  });

  it('is split at the largest power of two below its size', () => {
    expect([2, 3, 4, 5, 8, 9, 2 ** 40, 2 ** 40 + 1].map(splitOf)).toEqual([
      ...[1, 2, 2, 4, 4, 8],
      ...[2 ** 39, 2 ** 40],
    ]);
  });

  it('is made of complete subtrees, from left to right', () => {
    expect(subtreesOf({ from: 0, to: 0 })).toEqual([]);
    expect(subtreesOf({ from: 0, to: 13 })).toEqual([
      { level: 3, index: 0 },
      { level: 2, index: 2 },
      { level: 0, index: 12 },
    ]);
    expect(subtreesOf({ from: 2 ** 52, to: 2 ** 52 + 3 })).toEqual([
      { level: 1, index: 2 ** 51 },
      { level: 0, index: 2 ** 52 + 2 },
    ]);
    expect(subtreesOf({ from: 0, to: Number.MAX_SAFE_INTEGER })).toHaveLength(53);
  });

  it('has the root of its definition at every size to 600', async () => {
    const sizes = Array.from({ length: 601 }, (_, size) => size);
    const found = await Promise.all(sizes.map((size) => rootOf(size, subtreeByHand)));
    expect(found).toEqual(sizes.map((size) => rootByHand(0, size)));
  });

  it('has a root at 2^53 - 1 leaves, of which each counts', async () => {
    const size = Number.MAX_SAFE_INTEGER;
    const trees = [new SparseTree(), new SparseTree(size - 1), new SparseTree(2 ** 51)];
    const found = await Promise.all(trees.map(({ hashOf }) => rootOf(size, hashOf)));
    expect(new Set(found.map(hex)).size).toBe(3);
  });
});
