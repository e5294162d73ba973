import { expect, it } from 'vitest';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { type Listening, PeersStage } from '../runtime/peers-stage.ts';
import { Kept, nothing } from './arena.ts';

const HOUR_MS = 3_600_000;
const anybody = { level: 'basic', effect: 'read' } as const;

const ask = (id: number, name: string, size: number): Frame => ({
  ...{ kind: 'request', id, timeoutMs: HOUR_MS, encoding: 'bytes', name, size },
  part: new Uint8Array(Math.min(1_000, size)),
});

/** The ways in which a peer can go, or be made to. */
const ways: Readonly<Record<string, (peer: RawPeer, shop: Listening) => void>> = {
  'it hangs up': (peer) => peer.link?.drop(),
  'it says goodbye': (peer) => peer.say({ kind: 'bye' }),
  'it is silent from now on': (peer) => {
    peer.onFrame = () => {};
  },
  'it takes nothing in': (peer) => peer.link?.pause(),
  'it sends noise': (peer) => peer.link?.send(new Uint8Array(100).fill(5)),
  'it breaks the rules': (peer) => peer.saySealed(Uint8Array.of(99)),
  'it is sent away': (peer, { rt }) => rt.peers.find(peer.id)?.close(),
};

/** Comes in, asks for this and that, and goes. */
async function visit(stage: PeersStage, shop: Listening, nth: number): Promise<void> {
  const draw = new SeededRandom(nth).stream('visit');
  const { clock, network } = stage;
  await new Promise<void>((resolve) => clock.after(draw.draw() * 60_000, resolve));
  const via = network.host(`10.1.${nth}.1`);
  const isShy = draw.draw() < 0.2;
  const peer = await RawPeer.dial(via, shop.url, selfOf(1 + nth), (message) =>
    isShy && draw.draw() < 0.5 ? undefined : message,
  );
  peer.answerPings();
  await new Promise<void>((resolve) => clock.after(2_000, resolve));
  const to = shop.rt.peers.find(peer.id);
  for (const size of [10, 200_000]) to?.request('put', new Uint8Array(size)).catch(() => {});
  peer.say(ask(1, 'echo', 1_000), ask(3, 'watch', 0), ask(5, 'never', 10), ask(7, 'echo', 9_000));
  await new Promise<void>((resolve) => clock.after(draw.draw() * 60_000, resolve));
  const all = Object.values(ways);
  all[Math.floor(draw.draw() * all.length)]?.(peer, shop);
}

it('of 200 peers that come and go, in all ways there are, nothing is left', async () => {
  const kept = new Kept();
  const stage = new PeersStage();
  const shop = await stage.listening({ network: { exempt: [] } });
  let left = 0;
  shop.rt.peers.handle('echo', anybody, (bytes) => bytes);
  shop.rt.peers.handle('never', anybody, (_, { signal }) => {
    return new Promise((_, reject) => signal.addEventListener('abort', reject));
  });
  shop.rt.peers.handle('watch', anybody, async function* () {
    try {
      for (;;) yield new Uint8Array(10_000);
    } finally {
      left += 1;
    }
  });
  const { clock, network } = stage;
  const visits = Array.from({ length: 200 }, (_, nth) => visit(stage, shop, nth));
  let most = 0;
  for (let second = 0; second < 300; second++) {
    await clock.advanceAsync(1_000);
    most = Math.max(most, kept.all().peers);
  }
  await Promise.all(visits);
  const count = (type: string): number => shop.facts.filter((fact) => fact.type === type).length;
  expect([most > 50, left > 100, left]).toEqual([true, true, count('peer.opened')]);
  expect(kept.all()).toMatchObject({ accounts: 0, heldBytes: 0, peers: 0, halfOpen: 0 });
  expect(network.connections).toBe(0);
  await clock.advanceAsync(HOUR_MS + 120_000);
  expect([kept.all(), clock.pending, count('peer.ended')]).toEqual([
    nothing,
    0,
    count('peer.opened'),
  ]);
});
