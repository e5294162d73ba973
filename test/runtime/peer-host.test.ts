import { describe, expect, it } from 'vitest';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { PeersStage } from './peers-stage.ts';

const read = { level: 'basic', effect: 'read' } as const;

describe('whoever hosts peers', () => {
  it('bans who breaks the rules, by identity, and lets it in no more', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening();
    const dial = () =>
      stage.until(RawPeer.dial(stage.network.host('10.0.9.1'), shop.url, selfOf(9)));
    const first = await dial();
    await stage.clock.advanceAsync(100);
    expect(first.isLive).toBe(true);
    first.saySealed(Uint8Array.of(99));
    await stage.clock.advanceAsync(100);
    const again = await dial();
    await stage.clock.advanceAsync(10_100);
    expect([again.isLive, again.end, shop.rt.peers.find(first.id)]).toEqual([
      false,
      'lost',
      undefined,
    ]);
    expect(shop.facts.filter(({ type }) => type === 'peer.ended')).toMatchObject([
      { subject: first.id, data: { role: 'responder', ending: 'rules.violated' } },
    ]);
  });

  it('holds nothing against an identity for what anybody on the path can do', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening();
    const till = await stage.machine();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    let left = 3;
    stage.network.attacker = ({ message }) => {
      if (left === 0) return [message];
      left -= 1;
      return [message.with(message.length - 1, (message.at(-1) ?? 0) ^ 1)];
    };
    await stage.clock.advanceAsync(120_000);
    expect([peer.isConnected, peer.trust >= 50]).toEqual([true, true]);
  });

  it('answers what is open before it stops, and takes nothing new in', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening();
    let finish = (_: string): void => {};
    shop.rt.peers.handle(
      'slow',
      read,
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    const till = await stage.machine();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    const open = peer.request('slow');
    await stage.clock.advanceAsync(100);
    const stopped = shop.rt.shutdown({ deadlineMs: 5_000 });
    await stage.clock.advanceAsync(100);
    finish('done');
    expect(await stage.until(open)).toBe('done');
    expect(await stage.until(stopped)).toEqual({ abandoned: [] });
    expect(await stage.refusal(stage.machine().then(({ rt }) => rt.peers.connect(shop.url)))).toBe(
      `PEER_UNREACHABLE: no peer can be reached at ${shop.url}: 10.0.1.1:7000: connection refused`,
    );
  });

  it('tells whoever still waits that the connection is over, when time is up', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening();
    shop.rt.peers.handle('never', read, () => new Promise(() => {}));
    const till = await stage.machine();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    const open = stage.refusal(peer.request('never'));
    await stage.clock.advanceAsync(100);
    const before = stage.clock.monotonicMs();
    await stage.until(shop.rt.shutdown({ deadlineMs: 2_000 }));
    expect(stage.clock.monotonicMs() - before).toBeLessThan(3_500);
    expect(await open).toMatch(/^PEER_LOST: the connection is over/);
  });

  it('knows who did not answer the last ping, until it answers one or has left', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening();
    const till = await stage.machine();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    const { weather } = stage.network;
    const counts: unknown[] = [];
    const lookAfter = async (latencyMs: number, ms: number) => {
      stage.network.weather = { ...weather, latencyMs };
      await stage.clock.advanceAsync(ms);
      counts.push(shop.rt.peers.attendance());
    };
    await lookAfter(10, 25_000);
    await lookAfter(6_000, 20_000);
    await lookAfter(10, 20_000);
    await lookAfter(6_000, 40_000);
    peer.close();
    await lookAfter(10, 1_000);
    expect(counts).toEqual([
      { connected: 1, silent: 0, away: 0 },
      { connected: 1, silent: 1, away: 0 },
      { connected: 1, silent: 0, away: 0 },
      { connected: 1, silent: 1, away: 0 },
      { connected: 0, silent: 0, away: 0 },
    ]);
    expect(shop.facts.filter(({ type }) => type === 'peer.ended').length).toBe(1);
  });
});
