import { describe, expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import { verifyInclusion } from '../../storage/inclusion.ts';
import { LogTree } from '../../storage/log-tree.ts';
import fc from '../fast-check.ts';
import { leafAt, rootByHand } from './rfc6962.ts';

/** Counts what is read. */
function leaves(end = Number.MAX_SAFE_INTEGER) {
  const reads: string[] = [];
  const between = async function* (from: number, to: number) {
    reads.push(`${from}-${to}`);
    for (let index = from; index < Math.min(to, end); index++) yield leafAt(index);
  };
  return { reads, between };
}

describe('the tree of a log', () => {
  it('is empty, and has the root of all its leaves whenever it grows', async () => {
    const tree = await LogTree.of(leaves().between);
    const roots = [hex(tree.root())];
    for (const size of [1, 255, 256, 257, 600]) {
      await tree.grow(size);
      roots.push(hex(tree.root()));
    }
    expect(roots).toEqual([0, 1, 255, 256, 257, 600].map((size) => hex(rootByHand(0, size))));
  });

  it('proves each of its leaves, at any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_500 }),
        fc.integer({ min: 1, max: 1_500 }),
        fc.nat(),
        async (before, more, nth) => {
          const tree = await LogTree.of(leaves().between);
          await tree.grow(before);
          await tree.grow(before + more);
          const index = nth % tree.size;
          const proof = await tree.prove(index);
          verifyInclusion(
            { index, size: before + more, root: tree.root(), leaf: leafAt(index) },
            proof,
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('reads each leaf once to grow, and 256 of them at most twice for a proof', async () => {
    const { reads, between } = leaves();
    const tree = await LogTree.of(between);
    await tree.grow(1_000);
    await tree.grow(900);
    await tree.grow(1_300);
    await tree.prove(300);
    expect(reads).toEqual(['0-1000', '1000-1300', '256-512', '1280-1300']);
  });

  it('is no taller than what can be read, says so, and goes on later', async () => {
    const short = leaves(300);
    const reads = { between: short.between };
    const tree = await LogTree.of((from, to) => reads.between(from, to));
    await expect(tree.grow(400)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: 'there are leaves of 300 records instead of 400',
    });
    reads.between = leaves().between;
    await tree.grow(400);
    expect(hex(tree.root())).toBe(hex(rootByHand(0, 400)));
  });
});
