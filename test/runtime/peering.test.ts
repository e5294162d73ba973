import { expect, it } from 'vitest';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
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
