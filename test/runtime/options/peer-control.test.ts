import { expect, it } from 'vitest';
import { peerControlParams } from '../../../runtime/options/peer-control.ts';

it('each method about peers takes what its namesake takes, and whom it is about', () => {
  expect(Object.keys(peerControlParams)).toEqual([
    ...['peers.list', 'peers.explainAddress', 'peers.feeds', 'peers.explain'],
    ...['peers.grant', 'peers.ban', 'peers.unban'],
    ...['peers.blacklist', 'peers.blame', 'peers.forgive', 'peers.export', 'peers.import'],
  ]);
  const long = 'x'.repeat(201);
  expect(peerControlParams['peers.explain'].safeParse({ id: long }).success).toBe(false);
  expect(peerControlParams['peers.grant'].safeParse({ id: 'a', level: 'basic' }).success).toBe(
    true,
  );
});
