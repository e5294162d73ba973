import { describe, expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import { LogTree } from '../../storage/log-tree.ts';
import { verifyConsistency } from '../../storage/proofs/consistency.ts';
import { verifyInclusion } from '../../storage/proofs/inclusion.ts';
import fc from '../fast-check.ts';
import { leafAt, rootByHand } from './proofs/rfc6962.ts';

/** Counts what is read. */
function leaves(end = Number.MAX_SAFE_INTEGER) {
  const reads: string[] = [];
  const between = async function* (from: number, to: number) {
    reads.push(`${from}-${to}`);
    for (let index = from; index < Math.min(to, end); index++) yield leafAt(index);
  };
  return { reads, between };
}

const pause = async () => {};

describe('the tree of a log', () => {
  it('is empty, and has the root of all its leaves whenever it grows', async () => {
    const tree = await LogTree.of(leaves().between, pause);
    const roots = [hex(tree.root())];
    for (const size of [1, 255, 256, 257, 600]) {
      await tree.grow(size);
      roots.push(hex(tree.root()));
    }
    expect(roots).toEqual([0, 1, 255, 256, 257, 600].map((size) => hex(rootByHand(0, size))));
  });

  it('proves each of its leaves, and has its root, at any size that it had', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_500 }),
        fc.integer({ min: 1, max: 1_500 }),
        fc.nat(),
        async (before, more, nth) => {
          const tree = await LogTree.of(leaves().between, pause);
          await tree.grow(before);
          await tree.grow(before + more);
          for (const size of [before, before + more]) {
            const index = nth % size;
            const proof = await tree.prove(index, size);
            const root = await tree.rootAt(size);
            verifyInclusion({ index, size, root, leaf: leafAt(index) }, proof);
            expect(hex(root)).toBe(hex(rootByHand(0, size)));
          }
          expect(hex(tree.root())).toBe(hex(rootByHand(0, before + more)));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('proves of any two of its sizes that one goes on from the other', async () => {
    const size = fc.integer({ min: 1, max: 1_500 });
    await fc.assert(
      fc.asyncProperty(size, size, size, async (...sizes) => {
        const [older = 1, newer = 1, size = 1] = sizes.toSorted((a, b) => a - b);
        const tree = await LogTree.of(leaves().between, pause);
        await tree.grow(size);
        const proof = await tree.proveConsistency(older, newer);
        const headOf = (at: number) => ({ size: at, root: rootByHand(0, at) });
        verifyConsistency(headOf(older), headOf(newer), proof);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [0, 5, 'older must be a whole number from 1 to newer 5, got 0'],
    [4, 3, 'older must be a whole number from 1 to newer 3, got 4'],
    [1, 9, 'newer must be at most the size 8, got 9'],
  ])('proves nothing from %d to %d', async (older, newer, message) => {
    const tree = await LogTree.of(leaves().between, pause);
    await tree.grow(8);
    await expect(tree.proveConsistency(older, newer)).rejects.toThrow(new RangeError(message));
  });

  it('lets others work between one piece of growing and the next', async () => {
    let pauses = 0;
    const tree = await LogTree.of(leaves().between, async () => {
      pauses += 1;
    });
    await tree.grow(1_023);
    await tree.grow(4_096);
    expect(pauses).toBe(3);
  });

  it('reads each leaf once to grow, and 256 of them at most twice for a proof', async () => {
    const { reads, between } = leaves();
    const tree = await LogTree.of(between, pause);
    await tree.grow(1_000);
    await tree.grow(900);
    await tree.grow(1_300);
    await tree.prove(300, tree.size);
    expect(reads).toEqual(['0-1000', '1000-1300', '256-512', '1280-1300']);
  });

  it('is no taller than what can be read, says so, and goes on later', async () => {
    const short = leaves(300);
    const reads = { between: short.between };
    const tree = await LogTree.of((from, to) => reads.between(from, to), pause);
    await expect(tree.grow(400)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: 'there are leaves of 300 records instead of 400',
    });
    reads.between = leaves().between;
    await tree.grow(400);
    expect(hex(tree.root())).toBe(hex(rootByHand(0, 400)));
  });
});
