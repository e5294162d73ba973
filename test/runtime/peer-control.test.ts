import { expect, it } from 'vitest';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { peerControlMethods } from '../../runtime/peer-control.ts';
import { formatNoteKey } from '../../storage/proofs/note-key.ts';
import { FakePeers } from './control.fixture.ts';

const id = peerIdOf(new Uint8Array(32).fill(1));

it('the control socket reaches what operators decide about peers', async () => {
  const peers = new FakePeers();
  expect(await peerControlMethods['peers.list'](peers, {})).toEqual({ peers: peers.list() });
  expect(await peerControlMethods['peers.explain'](peers, { id })).toMatchObject({ score: 50 });
  const address = '10.0.0.1';
  expect(await peerControlMethods['peers.explainAddress'](peers, { address })).toEqual({
    ...{ address, netgroup: '10.0.0.1/24', verdict: undefined },
  });
  expect(await peerControlMethods['peers.feeds'](peers, {})).toEqual({ feeds: [] });
  await peerControlMethods['peers.grant'](peers, { id, level: 'basic' });
  await peerControlMethods['peers.ban'](peers, { target: id, reason: 'spam', forMs: 1_000 });
  await peerControlMethods['peers.unban'](peers, { target: id });
  await peerControlMethods['peers.blame'](peers, { id, reason: 'spam' });
  await peerControlMethods['peers.forgive'](peers, { id });
  const publicKey = new Uint8Array(32);
  const signers = [formatNoteKey({ name: 'depot', type: 1, publicKey })];
  await peerControlMethods['peers.import'](peers, { note: 'a list', signers });
  expect(await peerControlMethods['peers.blacklist'](peers, {})).toEqual({ blacklist: [] });
  expect(await peerControlMethods['peers.export'](peers, {})).toEqual({
    ...{ verifierKey: 'shop+key', note: 'a list' },
  });
  expect(peers.asked).toEqual([
    ['explain', id],
    ['grant', id, { level: 'basic', reason: expect.any(String) }],
    ['ban', id, { reason: 'spam', forMs: 1_000 }],
    ['unban', id, { reason: expect.any(String) }],
    ['blame', id, { reason: 'spam' }],
    ['forgive', id, { reason: expect.any(String) }],
    ['import', 'a list', { signers }],
  ]);
});

it('the control socket refuses by name what makes no sense about peers', async () => {
  const peers = new FakePeers();
  const ban = peerControlMethods['peers.ban'](peers, { target: id, forMs: 1_000 });
  await expect(ban).rejects.toThrow('params.reason must be a text');
  const list = peerControlMethods['peers.list'](peers, { all: true });
  await expect(list).rejects.toThrow('params.all is not an option');
  expect(peers.asked).toEqual([]);
});
