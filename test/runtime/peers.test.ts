import { describe, expect, it } from 'vitest';
import { PeersStage } from './peers-stage.ts';

async function pair(options = {}) {
  const stage = new PeersStage();
  const shop = await stage.listening(options);
  const till = await stage.machine(options);
  const peer = await stage.until(till.rt.peers.connect(shop.url));
  return { stage, shop, till, peer };
}

it('a runtime that has stopped says that it bans nobody and serves nothing', async () => {
  const stage = new PeersStage();
  const { rt } = await stage.machine();
  await stage.until(rt.shutdown());
  const stopped = expect.objectContaining({ code: 'RUNTIME_STOPPED' });
  expect(() => rt.peers.ban('10.0.0.1', { reason: 'a test', forMs: 60_000 })).toThrow(stopped);
  expect(() => rt.peers.handle('echo', { level: 'basic' }, (given) => given)).toThrow(stopped);
});

describe('a peer', () => {
  it('is who it proved to be, and answers what it has a handler for', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening();
    shop.rt.peers.handle('price.get', { level: 'basic', effect: 'read' }, (sku, { peer }) => ({
      sku,
      asked: peer.id,
    }));
    const till = await stage.machine();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    expect([peer.id, peer.isConnected, peer.trust, peer.level]).toEqual([
      shop.rt.peers.id,
      true,
      50,
      'basic',
    ]);
    expect(await stage.until(peer.request('price.get', 'tea'))).toEqual({
      sku: 'tea',
      asked: till.rt.peers.id,
    });
  });

  it('asks as well as it is asked', async () => {
    const { stage, shop, till } = await pair();
    till.rt.peers.handle('name', { level: 'basic' }, () => 'till');
    const back = shop.rt.peers.find(till.rt.peers.id);
    expect(await stage.until(back?.request('name') ?? Promise.resolve())).toBe('till');
  });

  it('costs what it costs for as long as it is there', async () => {
    const { stage, shop, till, peer } = await pair();
    shop.rt.peers.handle('stock', { level: 'basic', effect: 'read' }, (given) => given);
    await stage.until(peer.request('stock', 'x'.repeat(1_000)));
    const { total, byPeer, byNetgroup } = shop.rt.peers.usage();
    expect(total).toMatchObject({ requestsIn: 1, requestsOut: 0, heldBytes: 0 });
    expect([total.bytesIn > 1_000, total.bytesOut > 1_000]).toEqual([true, true]);
    expect([...byPeer]).toEqual([[till.rt.peers.id, total]]);
    expect([...byNetgroup]).toEqual([['10.0.2.0/24', total]]);
    peer.close();
    await stage.clock.advanceAsync(1_000);
    const after = shop.rt.peers.usage();
    expect(Object.values(after.total).every((sum) => sum === 0)).toBe(true);
    expect([after.byPeer.size, after.byNetgroup.size]).toEqual([0, 0]);
  });
});

const reason = 'a test';

describe('trust in a peer', () => {
  it('can be explained by the records that made it', async () => {
    const { stage, shop, till, peer } = await pair();
    const { peers } = shop.rt;
    const { id } = till.rt.peers;
    peers.handle('stock', { level: 'basic', effect: 'read' }, (given) => given);
    await stage.until(peers.grant(id, { level: 'privileged', reason }));
    const back = peers.find(id);
    expect([back?.level, back?.trust]).toEqual(['privileged', 71]);
    expect(await stage.refusal(back?.request('nothing') ?? Promise.resolve())).toMatch(
      /^METHOD_UNKNOWN/,
    );
    await stage.until(peer.request('stock', 7));
    await stage.until(peers.grant(id, { level: 'untrusted', reason }));
    await stage.clock.advanceAsync(3_000);
    const explained = await stage.until(peers.explain(id));
    expect(explained).toMatchObject({
      score: 50,
      level: 'basic',
      granted: 'untrusted',
      agrees: true,
      records: [
        { signal: 'level.granted', because: reason, score: 71, follows: true },
        { signal: 'level.granted', because: reason, score: 50, follows: true },
      ],
    });
  });

  it('ends with a ban, of identity or address, and begins again after it', async () => {
    const { stage, shop, till, peer } = await pair();
    const { peers } = shop.rt;
    expect(peers.list().map(({ id, dialled }) => [id, dialled])).toEqual([
      [till.rt.peers.id, false],
    ]);
    peers.ban(till.rt.peers.id, { reason, forMs: 60_000 });
    await stage.clock.advanceAsync(30_000);
    expect([peers.list(), peer.isConnected]).toEqual([[], false]);
    await stage.clock.advanceAsync(600_000);
    expect(peer.isConnected).toBe(true);
    peers.ban('10.0.2.0/24', { reason, forMs: 3_600_000 });
    await stage.clock.advanceAsync(600_000);
    expect(peer.isConnected).toBe(false);
    await stage.until(peers.unban('10.0.2.0/24'));
    await stage.clock.advanceAsync(600_000);
    expect(peer.isConnected).toBe(true);
  });
});

it('T23: whoever carries an IPv4 address that is banned is let go', async () => {
  const stage = new PeersStage();
  const shop = await stage.listening();
  const till = await stage.machine({}, '2002:c000:242::5');
  await stage.until(till.rt.peers.connect(shop.url));
  const cidrs = ['192.0.3.0/24', '192.0.2.66'];
  const left = [];
  for (const cidr of cidrs) {
    shop.rt.peers.ban(cidr, { reason: 'a test', forMs: 3_600_000 });
    await stage.clock.advanceAsync(1_000);
    left.push(shop.rt.peers.list().length);
  }
  expect(left).toEqual([1, 0]);
});

it('a runtime says where it listens', async () => {
  const stage = new PeersStage();
  const { rt } = await stage.machine({ listen: { host: '10.0.1.1', port: 7001 } });
  const second = await stage.until(rt.peers.listen({ host: '10.0.1.1', port: 7002 }));
  expect(rt.peers.urls).toEqual(['ws://10.0.1.1:7001/holdfast', 'ws://10.0.1.1:7002/holdfast']);
  second.close();
  expect(rt.peers.urls).toEqual(['ws://10.0.1.1:7001/holdfast']);
});
