import { describe, expect, it } from 'vitest';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { type Listening, type Machine, PeersStage } from './peers-stage.ts';

const read = { level: 'basic', effect: 'read' } as const;

async function pair(): Promise<{ stage: PeersStage; shop: Listening; till: Machine }> {
  const stage = new PeersStage();
  const shop = await stage.listening();
  shop.rt.peers.handle('price', read, () => 'tea');
  const till = await stage.machine();
  return { stage, shop, till };
}

const typesOf = ({ facts }: Machine, prefix: string): string[] =>
  facts.map(({ type }) => type).filter((type) => type.startsWith(prefix));

describe('a connection that was asked for', () => {
  it('comes back by itself, and what was asked meanwhile is answered', async () => {
    const { stage, shop, till } = await pair();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    stage.network.cut(shop.address, till.address);
    await stage.clock.advanceAsync(50);
    expect(peer.isConnected).toBe(false);
    expect(await stage.until(peer.request('price'))).toBe('tea');
    expect(typesOf(till, 'peer.')).toEqual(['peer.opened', 'peer.ended', 'peer.opened']);
  });

  it('is one, however often it is asked for', async () => {
    const { stage, shop, till } = await pair();
    const { peers } = till.rt;
    const asked = [
      peers.connect(shop.url),
      peers.connect(shop.url, { identity: shop.rt.peers.id }),
    ];
    const [one, other] = await stage.until(Promise.all(asked));
    expect([one === other, typesOf(shop, 'peer.')]).toEqual([true, ['peer.opened']]);
  });

  it('is tried five times in a row before its breaker opens, and then less often', async () => {
    const { stage, shop, till } = await pair();
    await stage.until(till.rt.peers.connect(shop.url));
    await stage.until(shop.rt.shutdown({ deadlineMs: 1_000 }));
    await stage.clock.advanceAsync(600_000);
    const breakers = till.facts.filter(({ type }) => type.startsWith('breaker.'));
    expect(breakers[0]?.type).toBe('breaker.opened');
    expect(breakers.length).toBeLessThan(40);
    const back = await stage.listening({}, shop.address);
    back.rt.peers.handle('price', read, () => 'coffee');
    await stage.clock.advanceAsync(600_000);
    expect(till.rt.peers.find(shop.rt.peers.id)).toBeUndefined();
  });

  it('is refused at once while its breaker is open, and that of another url is not', async () => {
    const { stage, shop, till } = await pair();
    const { peers } = till.rt;
    const nowhere = 'ws://10.0.99.1:7000';
    const codes: string[] = [];
    for (let nth = 0; nth < 6; nth++) codes.push(await stage.refusal(peers.connect(nowhere)));
    expect(codes.map((text) => text.split(':')[0])).toEqual([
      ...Array(5).fill('PEER_UNREACHABLE'),
      'BREAKER_OPEN',
    ]);
    expect((await stage.until(peers.connect(shop.url))).isConnected).toBe(true);
  });

  it('pins whoever answers first, and lets nobody else take that place', async () => {
    const { stage, shop, till } = await pair();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    peer.close();
    await stage.until(shop.rt.shutdown({ deadlineMs: 1_000 }));
    const thief = await stage.listening({}, shop.address);
    expect(await stage.refusal(till.rt.peers.connect(shop.url))).toBe(
      `PEER_IDENTITY_CHANGED: another peer than expected answers at ${shop.url}`,
    );
    const any = await stage.until(till.rt.peers.connect(shop.url, { identity: 'any' }));
    expect(any.id).toBe(thief.rt.peers.id);
  });

  it.each([
    ['a pin', undefined],
    ['an id that was asked for', 'first'],
  ])('goes on from %s, though it was dialled 20 keys ago', async (_, asked) => {
    const { stage, shop, till } = await pair();
    const { url } = await stage.until(till.rt.peers.listen({ host: till.address, port: 7000 }));
    const identity = asked && shop.rt.peers.id;
    const pinned = await stage.until(till.rt.peers.connect(shop.url));
    pinned.close();
    await stage.clock.advanceAsync(1_000);
    const back = await stage.until(shop.rt.peers.connect(url));
    const peer = await stage.until(till.rt.peers.connect(shop.url, { identity }));
    for (let nth = 0; nth < 20; nth++) {
      await stage.until(shop.rt.keys.rotate('identity'));
      await stage.clock.advanceAsync(60_000);
    }
    back.close();
    await stage.clock.advanceAsync(1_000);
    expect(await stage.until(peer.request('price'))).toBe('tea');
    expect(peer.id).toBe(shop.rt.peers.id);
    const again = await stage.until(till.rt.peers.connect(shop.url, { identity: peer.id }));
    expect(again).toBe(peer);
  });

  it('ends with its signal before it is there, and only before', async () => {
    const { stage, shop, till } = await pair();
    const early = new AbortController();
    const given = till.rt.peers.connect(shop.url, { signal: early.signal });
    early.abort(new Error('changed my mind'));
    expect(await stage.refusal(given)).toBe('undefined: changed my mind');
    const late = new AbortController();
    const peer = await stage.until(till.rt.peers.connect(shop.url, { signal: late.signal }));
    late.abort();
    await stage.clock.advanceAsync(1_000);
    expect(peer.isConnected).toBe(true);
  });

  it('is over for good once the peer is closed, on both sides', async () => {
    const { stage, shop, till } = await pair();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    peer.close();
    await stage.clock.advanceAsync(60_000);
    expect([peer.isConnected, typesOf(till, 'peer.'), typesOf(shop, 'peer.')]).toEqual([
      false,
      ['peer.opened', 'peer.ended'],
      ['peer.opened', 'peer.ended'],
    ]);
    expect(await stage.refusal(peer.request('price'))).toBe(
      'PEER_UNREACHABLE: no way leads to the peer now',
    );
  });

  it.each([
    ['at once', 0],
    ['one after the other', 60_000],
  ])('is one, if both sides ask for it: %s', async (_, afterMs) => {
    const stage = new PeersStage();
    const [one, other] = [await stage.listening(), await stage.listening()];
    const both = [one, other] as const;
    const there = one.rt.peers.connect(other.url);
    await stage.clock.advanceAsync(afterMs);
    const peers = await stage.until(Promise.all([there, other.rt.peers.connect(one.url)]));
    const replaced = both.flatMap((side) => typesOf(side, 'peer.ended'));
    expect(replaced.length).toBeLessThanOrEqual(afterMs === 0 ? 2 : 0);
    for (let nth = 0; nth < 3; nth++) {
      await stage.clock.advanceAsync(120_000);
      expect(both.map(({ rt }) => rt.peers.list().length)).toEqual([1, 1]);
      expect(peers.map(({ isConnected }) => isConnected)).toEqual([true, true]);
      for (const { facts } of both) facts.length = 0;
      await stage.clock.advanceAsync(600_000);
      const ended = both.flatMap((side) => typesOf(side, 'peer.ended'));
      expect(ended).toEqual([]);
      stage.network.cut(one.address, other.address);
      await stage.clock.advanceAsync(2_000);
      const opened = both.map((side) => typesOf(side, 'peer.opened').length);
      expect(Math.max(...opened)).toBeLessThanOrEqual(2);
    }
    expect(both.flatMap((machine) => typesOf(machine, 'breaker.'))).toEqual([]);
  });

  it('stays when somebody else expects another peer there', async () => {
    const { stage, shop, till } = await pair();
    const { peers } = till.rt;
    const peer = await stage.until(peers.connect(shop.url));
    expect(await stage.refusal(peers.connect(shop.url, { identity: peers.id }))).toBe(
      `PEER_IDENTITY_CHANGED: another peer than expected answers at ${shop.url}`,
    );
    await stage.clock.advanceAsync(1_000);
    expect([peer.isConnected, typesOf(till, 'peer.')]).toEqual([true, ['peer.opened']]);
  });

  it('says who refused it: an operator, a shutdown, or another network', async () => {
    const { stage, shop, till } = await pair();
    const { peers } = till.rt;
    const nowhere = 'ws://10.0.99.1:7000';
    await stage.refusal(peers.connect(nowhere));
    till.rt.breaker('peer 10.0.99.1:7000 any').isolate('works');
    expect(await stage.refusal(peers.connect(nowhere))).toMatch(/^BREAKER_ISOLATED: /);
    const other = await stage.machine({ network: { name: 'other' } });
    expect(await stage.refusal(other.rt.peers.connect(shop.url))).toMatch(/another network.name$/);
    const dialling = stage.refusal(peers.connect(shop.url));
    await stage.until(till.rt.shutdown({ deadlineMs: 1_000 }));
    expect(await dialling).toBe('RUNTIME_STOPPED: the runtime has stopped');
  });

  it('is to no url with a password, which errors would tell', async () => {
    const { stage, till } = await pair();
    for (const rest of ['user:hunter2@10.0.1.1:7000', '10.0.1.1:7000/#part']) {
      expect(await stage.refusal(till.rt.peers.connect(`ws://${rest}`))).toBe(
        'undefined: target must be a peer id, or a ws: url of at most 2048 characters, ' +
          'without user, password and fragment',
      );
    }
  });

  it('is tried less and less often if it is let in and dropped at once', async () => {
    const stage = new PeersStage();
    const till = await stage.machine();
    let dials = 0;
    stage.onDial = () => {
      dials += 1;
    };
    const welcome = (): RawPeer => {
      const raw = new RawPeer(selfOf(9), 'responder');
      stage.clock.after(500, () => raw.link?.drop());
      return raw;
    };
    const place = { host: '10.0.9.1', port: 7000, trustedProxies: [] };
    const host = stage.network.host(place.host);
    const { url } = await host.listen(place, RawPeer.door(welcome));
    await stage.until(till.rt.peers.connect(url));
    await stage.clock.advanceAsync(60_000);
    expect(dials).toBeLessThan(30);
  });

  it('leads to nobody by itself', async () => {
    const { stage, shop } = await pair();
    expect(await stage.refusal(shop.rt.peers.connect(shop.url))).toBe(
      `PEER_UNREACHABLE: no peer can be reached at ${shop.url}: this runtime itself answers`,
    );
  });
});
