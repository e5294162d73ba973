import { describe, expect, it } from 'vitest';
import {
  type Inclusion,
  proveInclusion,
  verifyInclusion,
} from '../../../storage/proofs/inclusion.ts';
import { rootOf } from '../../../storage/proofs/tree.ts';
import fc from '../../fast-check.ts';
import {
  bitsFlipped,
  hexOf,
  leafAt,
  pathByHand,
  reasonOf,
  rootByHand,
  SparseTree,
  subtreeByHand,
} from './rfc6962.ts';

const sizes = Array.from({ length: 600 }, (_, at) => at + 1);
const base64 = (digits: string): Uint8Array => Buffer.from(digits, 'base64');

const aboutLeaf = (index: number, size: number): Inclusion => ({
  index,
  size,
  root: rootByHand(0, size),
  leaf: leafAt(index),
});

const refused = (inclusion: Inclusion, proof: readonly Uint8Array[]): string | undefined =>
  reasonOf(() => verifyInclusion(inclusion, proof))?.replace(
    'the inclusion proof does not hold: ',
    '',
  );

describe('an inclusion proof', () => {
  it('is that of RFC 6962 at every size to 600', async () => {
    const wrong: string[] = [];
    for (const size of sizes) {
      for (let index = 0; index < size; index += size <= 80 ? 1 : 7) {
        const proof = await proveInclusion(index, size, subtreeByHand);
        const isRight = hexOf(proof) === hexOf(pathByHand(index, 0, size));
        if (!isRight) wrong.push(`${index} of ${size}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('holds for every size to 600', async () => {
    for (const size of sizes) {
      for (const index of new Set([0, size >> 1, (size * 7) % size, size - 1])) {
        const proof = await proveInclusion(index, size, subtreeByHand);
        expect(refused(aboutLeaf(index, size), proof)).toBeUndefined();
      }
    }
  });

  it('verifies where others test with it', () => {
    const known: Inclusion = {
      index: 1,
      size: 5,
      root: base64('Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ='),
      leaf: base64('lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c='),
    };
    const proof = [
      'bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=',
      'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
      'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=',
    ].map(base64);
    expect(refused(known, proof)).toBeUndefined();
    expect(refused({ ...known, size: 4 }, proof)).toBe('it must have 2 hashes, and has 3');
  });

  it.each([1_000_000, Number.MAX_SAFE_INTEGER])('holds at random sizes to %i', async (max) => {
    const places = fc
      .integer({ min: 1, max })
      .chain((size) =>
        fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }),
      );
    await fc.assert(
      fc.asyncProperty(places, async ({ index, size }) => {
        const { hashOf } = new SparseTree(index, Math.floor(index / 2), size - 1);
        const proof = await proveInclusion(index, size, hashOf);
        const inclusion = { index, size, root: await rootOf(size, hashOf), leaf: leafAt(index) };
        expect(refused(inclusion, proof)).toBeUndefined();
        const other = size - 1 - index;
        expect(refused({ ...inclusion, index: other }, proof) === undefined).toBe(other === index);
      }),
    );
  });

  it('is refused with any bit of a hash flipped, of the leaf, or of the root', async () => {
    for (const size of [1, 2, 7, 64, 600]) {
      for (const index of [0, size - 1]) {
        const inclusion = aboutLeaf(index, size);
        const proof = await proveInclusion(index, size, subtreeByHand);
        const wrong = [
          ...bitsFlipped(inclusion.leaf).map((leaf) => refused({ ...inclusion, leaf }, proof)),
          ...bitsFlipped(inclusion.root).map((root) => refused({ ...inclusion, root }, proof)),
          ...proof.flatMap((hash, at) =>
            bitsFlipped(hash).map((bad) => refused(inclusion, proof.with(at, bad))),
          ),
        ];
        expect(new Set(wrong)).toEqual(new Set(['it leads to another root']));
      }
    }
  });

  it('is refused for any other leaf, and at any other size whose root it is told', async () => {
    const size = 77;
    for (const index of [0, 13, 64, 76]) {
      const proof = await proveInclusion(index, size, subtreeByHand);
      const others = [...Array(size + 3).keys()].filter((other) => other !== index);
      const held = others.filter(
        (other) => refused({ ...aboutLeaf(index, size), index: other }, proof) === undefined,
      );
      const grown = sizes
        .filter((other) => other !== size)
        .filter(
          (other) => refused({ ...aboutLeaf(index, size), ...rootAt(other) }, proof) === undefined,
        );
      expect([held, grown]).toEqual([[], []]);
    }
  });

  it('is refused with a hash too few, too many, twice or in another place', async () => {
    const inclusion = aboutLeaf(5, 11);
    const proof = await proveInclusion(5, 11, subtreeByHand);
    const [first = leafAt(0), ...rest] = proof;
    expect(proof).toHaveLength(4);
    expect(
      [rest, [...proof, first], [first, ...proof], [...rest, first]].map((bad) =>
        refused(inclusion, bad),
      ),
    ).toEqual([
      'it must have 4 hashes, and has 3',
      'it must have 4 hashes, and has 5',
      'it must have 4 hashes, and has 5',
      'it leads to another root',
    ]);
  });

  it('is refused with hashes of other lengths, even if they join to the same bytes', async () => {
    const proof = await proveInclusion(1, 2, subtreeByHand);
    const joined = Buffer.concat([...proof, leafAt(1)]);
    const inclusion = { ...aboutLeaf(1, 2), leaf: joined.subarray(31) };
    expect(refused(inclusion, [joined.subarray(0, 31)])).toBe('a hash has not 32 bytes');
  });

  it.each([
    [5, 5],
    [0, 0],
    [-1, 5],
    [0.5, 5],
    [1, Number.NaN],
    [0, 2 ** 53],
  ])('is neither made nor believed of leaf %d in a tree of %d', async (index, size) => {
    const inclusion = { ...aboutLeaf(0, 1), index, size };
    expect(refused(inclusion, [])).toBe(`there is no leaf ${index} in a tree of ${size}`);
    await expect(proveInclusion(index, size, subtreeByHand)).rejects.toThrow(
      new RangeError(`index must be a whole number from 0, below size ${size}, got ${index}`),
    );
  });
});

const rootAt = (size: number) => ({ size, root: rootByHand(0, size) });
