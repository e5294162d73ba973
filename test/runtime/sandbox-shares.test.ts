import { expect, it } from 'vitest';
import { SandboxShares } from '../../runtime/sandbox-shares.ts';

it('gives a peer a quarter of all sandboxes, and leaves the host a quarter', () => {
  const shares = new SandboxShares(8);
  const asks = ['anna', 'anna', 'anna', 'otto', 'otto', 'ida', 'ida', 'emil'];
  const taken = asks.map((peer) => shares.take(peer));
  expect(taken).toEqual([true, true, false, true, true, true, true, false]);
  shares.give('otto');
  expect(['anna', 'emil', 'emil'].map((peer) => shares.take(peer))).toEqual([false, true, false]);
});

it('has one for peers, however few there are', () => {
  for (const sandboxesMax of [1, 2]) {
    const shares = new SandboxShares(sandboxesMax);
    expect(['anna', 'otto'].map((peer) => shares.take(peer))).toEqual([true, false]);
    shares.give('anna');
    expect(['otto', 'anna'].map((peer) => shares.take(peer))).toEqual([true, false]);
  }
});
