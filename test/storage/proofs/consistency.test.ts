import { describe, expect, it } from 'vitest';
import {
  proveConsistency,
  type TreeHead,
  verifyConsistency,
} from '../../../storage/proofs/consistency.ts';
import { rootOf } from '../../../storage/proofs/tree.ts';
import fc from '../../fast-check.ts';
import {
  bitsFlipped,
  hexOf,
  leafAt,
  proofByHand,
  reasonOf,
  rootByHand,
  SparseTree,
  subtreeByHand,
} from './rfc6962.ts';

const base64 = (digits: string): Uint8Array => Buffer.from(digits, 'base64');
const headAt = (size: number): TreeHead => ({ size, root: rootByHand(0, size) });

const refused = (
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Uint8Array[],
): string | undefined =>
  reasonOf(() => verifyConsistency(older, newer, proof))?.replace(
    'the consistency proof does not hold: ',
    '',
  );

const otherOlder = 'it leads to another root of the older tree';
const otherNewer = 'it leads to another root of the newer tree';

describe('a consistency proof', () => {
  it('is that of RFC 6962 to every size to 600', async () => {
    const wrong: string[] = [];
    for (let newer = 1; newer <= 600; newer++) {
      for (let older = newer; older > 0; older -= newer <= 80 ? 1 : 7) {
        const proof = await proveConsistency(older, newer, subtreeByHand);
        const isRight = hexOf(proof) === hexOf(proofByHand(older, 0, newer));
        if (!isRight) wrong.push(`${older} to ${newer}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('holds from every size to 600', async () => {
    for (let newer = 1; newer <= 600; newer++) {
      for (const older of new Set([1, (newer + 1) >> 1, Math.max(1, newer - 1), newer])) {
        const proof = await proveConsistency(older, newer, subtreeByHand);
        expect(refused(headAt(older), headAt(newer), proof)).toBeUndefined();
      }
    }
  });

  it('verifies where others test with it', () => {
    const older = { size: 6, root: base64('duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8=') };
    const newer = { size: 7, root: base64('3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=') };
    const proof = [
      'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
      'sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=',
      '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
    ].map(base64);
    expect(refused(older, newer, proof)).toBeUndefined();
    expect(refused({ ...older, size: 0 }, newer, proof)).toBe(
      'there is none from size 0 to size 7',
    );
  });

  it.each([1_000_000, Number.MAX_SAFE_INTEGER])('holds at random sizes to %i', async (max) => {
    const sizes = fc
      .integer({ min: 1, max })
      .chain((newer) =>
        fc.record({ newer: fc.constant(newer), older: fc.integer({ min: 1, max: newer }) }),
      );
    await fc.assert(
      fc.asyncProperty(sizes, async ({ older, newer }) => {
        const { hashOf } = new SparseTree(older - 1, Math.floor(older / 2), newer - 1);
        const [first, last] = await Promise.all([rootOf(older, hashOf), rootOf(newer, hashOf)]);
        const heads = [
          { size: older, root: first },
          { size: newer, root: last },
        ] as const;
        const proof = await proveConsistency(older, newer, hashOf);
        expect(refused(...heads, proof)).toBeUndefined();
        const rewritten = await rootOf(newer, new SparseTree(Math.floor(older / 3)).hashOf);
        const other = { size: newer, root: rewritten };
        const isHeld = refused(heads[0], other, proof) === undefined;
        expect(isHeld).toBe(hexOf([rewritten]) === hexOf([last]));
      }),
    );
  });

  it('is refused with any bit of a hash flipped, or of a root', async () => {
    for (const [older, newer] of [
      [1, 2],
      [4, 7],
      [6, 7],
      [300, 600],
      [599, 600],
    ] as const) {
      const heads = [headAt(older), headAt(newer)] as const;
      const proof = await proveConsistency(older, newer, subtreeByHand);
      const wrong = [
        ...bitsFlipped(heads[0].root).map((root) =>
          refused({ size: older, root }, heads[1], proof),
        ),
        ...bitsFlipped(heads[1].root).map((root) =>
          refused(heads[0], { size: newer, root }, proof),
        ),
        ...proof.flatMap((hash, at) =>
          bitsFlipped(hash).map((bad) => refused(...heads, proof.with(at, bad))),
        ),
      ];
      expect(wrong.filter((reason) => reason !== otherOlder && reason !== otherNewer)).toEqual([]);
    }
  });

  it('is refused from any other older size, and to the tree of any other size', async () => {
    const proof = await proveConsistency(45, 77, subtreeByHand);
    const others = Array.from({ length: 600 }, (_, size) => size);
    const resized = others.filter((size) => !refused({ ...headAt(45), size }, headAt(77), proof));
    const older = others.filter((size) => !refused(headAt(size), headAt(77), proof));
    const newer = others.filter((size) => !refused(headAt(45), headAt(size), proof));
    expect({ resized, older, newer }).toEqual({ resized: [45], older: [45], newer: [77] });
  });

  it('leaves the newer size to the checkpoint: it shows only its shape', async () => {
    const proof = await proveConsistency(45, 77, subtreeByHand);
    const others = Array.from({ length: 600 }, (_, size) => size);
    const held = others.filter((size) => !refused(headAt(45), { ...headAt(77), size }, proof));
    expect([held[0], held.at(-1), held.length]).toEqual([65, 128, 64]);
  });

  it('is refused with a hash too few, too many, or in another place', async () => {
    const heads = [headAt(6), headAt(7)] as const;
    const proof = await proveConsistency(6, 7, subtreeByHand);
    const [first = leafAt(0), ...rest] = proof;
    const bad = [[], rest, [...proof, first], [...rest, first]];
    expect(bad.map((hashes) => refused(...heads, hashes))).toEqual([
      'it must have 3 hashes, and has 0',
      'it must have 3 hashes, and has 2',
      'it must have 3 hashes, and has 4',
      otherOlder,
    ]);
  });

  it('is empty between equal trees, and refused between others of one size', async () => {
    expect(await proveConsistency(9, 9, subtreeByHand)).toEqual([]);
    expect(refused(headAt(9), headAt(9), [])).toBeUndefined();
    expect(refused(headAt(9), { ...headAt(9), root: leafAt(1) }, [])).toBe(otherNewer);
    expect(refused(headAt(9), headAt(9), [leafAt(1)])).toBe('it must have 0 hashes, and has 1');
  });

  it('is refused with hashes of other lengths', async () => {
    const [hash = leafAt(0)] = await proveConsistency(1, 2, subtreeByHand);
    const older = { size: 1, root: Buffer.concat([leafAt(0), hash.subarray(0, 1)]) };
    expect(refused(older, headAt(2), [hash.subarray(1)])).toBe('a hash has not 32 bytes');
  });

  it.each([
    [0, 5],
    [0, 0],
    [6, 5],
    [-1, 5],
    [0.5, 5],
    [1, Number.POSITIVE_INFINITY],
  ])('is neither made nor believed from size %d to size %d', async (older, newer) => {
    expect(refused({ ...headAt(1), size: older }, { ...headAt(1), size: newer }, [])).toBe(
      `there is none from size ${older} to size ${newer}`,
    );
    await expect(proveConsistency(older, newer, subtreeByHand)).rejects.toThrow(
      new RangeError(`older must be a whole number from 1 to newer ${newer}, got ${older}`),
    );
  });
});
