import { expect, it } from 'vitest';
import { suites } from '../../actors/peer/wire/suites.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { PeersStage } from './peers-stage.ts';

const masterKey = { env: 'HOLDFAST_TEST_KEY' };

it('a runtime is the same peer after a restart, and another one in another directory', async () => {
  process.env.HOLDFAST_TEST_KEY = '11'.repeat(32);
  const ids: string[] = [];
  const world = simWorld({ seed: 1 });
  for (const dataDir of ['/data', '/data', '/other']) {
    const opening = createRuntime({ world, dataDir, masterKey });
    await world.clock.advanceAsync(1_000);
    const rt = await opening;
    ids.push(rt.peers.id);
    const closing = rt.shutdown();
    await world.clock.advanceAsync(30_000);
    await closing;
  }
  delete process.env.HOLDFAST_TEST_KEY;
  expect([ids[0]?.length, ids[1] === ids[0], ids[2] === ids[0]]).toEqual([52, true, false]);
});

it('peers of two networks do not understand each other', async () => {
  const stage = new PeersStage();
  const shop = await stage.listening({ network: { name: 'shops' } });
  const till = await stage.machine();
  expect(await stage.refusal(till.rt.peers.connect(shop.url))).toMatch(/^PEER_UNREACHABLE/);
  const other = await stage.machine({ network: { name: 'shops' } });
  expect((await stage.until(other.rt.peers.connect(shop.url))).isConnected).toBe(true);
});

it('who requires a suite that is post-quantum has no connection without one', async () => {
  const stage = new PeersStage();
  const strict = await stage.listening({ network: { requirePQ: true } });
  const till = await stage.machine();
  expect((await stage.until(till.rt.peers.connect(strict.url))).isConnected).toBe(true);
  const classical = { ...selfOf(9), suites: suites.filter(({ number }) => number === 1) };
  const host = stage.network.host('10.0.4.1');
  const old = await stage.until(RawPeer.dial(host, strict.url, classical));
  let heard = 0;
  old.onMessage = () => {
    heard += 1;
  };
  await stage.clock.advanceAsync(10_100);
  expect([old.end, heard, strict.rt.peers.find(old.id)]).toEqual(['lost', 0, undefined]);
  const welcome = () => new RawPeer(classical, 'responder');
  const { url } = await host.listen(
    { host: '0.0.0.0', port: 7000, trustedProxies: [] },
    RawPeer.door(welcome),
  );
  const dialled = url.replace('0.0.0.0', '10.0.4.1');
  expect(await stage.refusal(strict.rt.peers.connect(dialled))).toMatch(/^PEER_UNREACHABLE/);
  expect((await stage.until(till.rt.peers.connect(dialled))).isConnected).toBe(true);
});

it('who is denied does not arrive, nor who is not allowed where others are', async () => {
  const stage = new PeersStage();
  const shop = await stage.listening({ network: { deny: ['10.0.2.0/24'] } });
  const club = await stage.listening({ network: { allow: ['10.0.9.1'] } }, '10.0.8.1');
  const till = await stage.machine({}, '10.0.2.1');
  const guest = await stage.machine({}, '10.0.9.1');
  expect(await stage.refusal(till.rt.peers.connect(shop.url))).toMatch(/^PEER_UNREACHABLE/);
  expect(await stage.refusal(till.rt.peers.connect(club.url))).toMatch(/^PEER_UNREACHABLE/);
  expect((await stage.until(guest.rt.peers.connect(club.url))).isConnected).toBe(true);
});

it.each([
  [
    { exempt: ['everybody'] },
    'createRuntime.network.exempt.0 must be a list of addresses and CIDR ranges',
  ],
  [
    { deny: ['10.0.0.0/99'] },
    'createRuntime.network.deny.0 must be a list of at most 100000 peer ids',
  ],
])('a network that makes no sense is refused: %j', async (network, message) => {
  const world = simWorld({ seed: 1 });
  const opening = createRuntime({ world, network });
  opening.catch(() => {});
  await world.clock.advanceAsync(30_000);
  await expect(opening).rejects.toThrow(message);
});
