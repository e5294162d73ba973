import { expect, it } from 'vitest';
import { concat, u32 } from '../../storage/bytes.ts';
import { chainAfter, chainStart } from '../../storage/chain.ts';
import { followLeaves, leavesOfTrail } from '../../storage/leaf-trail.ts';
import { storeId } from './log-stage.ts';

it('the leaves of a segment lead to its end, if they are whole', () => {
  const start = { size: 4, chain: chainStart(storeId) };
  const [one, two] = [new Uint8Array(64).fill(1), new Uint8Array(32).fill(2)];
  const leaves = concat(u32(2), one, u32(1), two);
  const chain = chainAfter(chainAfter(start.chain, 4, 2, one), 6, 1, two);
  expect(followLeaves(leaves, start)).toEqual({ size: 7, chain });
  expect(followLeaves(new Uint8Array(), start)).toEqual(start);
  expect(leavesOfTrail(leaves)).toEqual(concat(one, two));
  const cut = [1, 3, 4, 67, 70, 103].map((end) => followLeaves(leaves.subarray(0, end), start));
  expect(cut).toEqual(cut.map(() => undefined));
});
