import { expect, it } from 'vitest';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { PeersStage } from './peers-stage.ts';

const read = { level: 'basic', effect: 'read' } as const;
const network = { relayLevel: 'basic' } as const;

/** A relay that says something that is no circuit. */
async function liar(stage: PeersStage, nth: number): Promise<string> {
  const raw = new RawPeer(selfOf(nth), 'responder');
  raw.onFrame = (frame) => {
    if (frame.kind === 'ping') raw.say({ kind: 'pong', nonce: frame.nonce });
    if (frame.kind !== 'request' || frame.name !== 'holdfast.relay') return;
    const part = Buffer.from('{"circuit":"none"}');
    raw.say({ kind: 'response', id: frame.id, encoding: 'json', size: part.length, part });
  };
  const host = `10.1.${nth}.1`;
  const place = { host, port: 7000, trustedProxies: [] };
  const door = RawPeer.door(() => raw);
  return (await stage.network.host(host).listen(place, door)).url;
}

async function isFoundBehindLiars(luck: number): Promise<boolean> {
  const stage = new PeersStage();
  // Each machine draws otherwise than the one before it.
  for (let nth = 0; nth < luck; nth++) await stage.machine();
  const zoe = await stage.listening({ network });
  const otto = await stage.machine({ network });
  const anna = await stage.machine({ network });
  otto.rt.peers.handle('echo', read, (given) => given);
  for (let nth = 1; nth <= 11; nth++) {
    await stage.until(anna.rt.peers.connect(await liar(stage, nth)));
  }
  await stage.until(otto.rt.peers.connect(zoe.url));
  await stage.until(anna.rt.peers.connect(zoe.url));
  const { id } = otto.rt.peers;
  // Twelve relays, of which three are asked each time.
  for (let nth = 0; nth < 5 && anna.rt.peers.find(id) === undefined; nth++) {
    await stage.until(anna.rt.peers.connect(id).catch(() => {}));
  }
  const peer = anna.rt.peers.find(id);
  if (peer === undefined) return false;
  expect(await stage.until(peer.request('echo', 'tea'))).toBe('tea');
  await stage.clock.advanceAsync(10_000);
  const moves = anna.facts.flatMap(({ type, data }) => (type === 'route.moved' ? [data.to] : []));
  expect(moves).toEqual(['mesh']);
  return true;
}

it('a peer is found through an honest relay, however many came before it that lie', async () => {
  const found: boolean[] = [];
  for (let luck = 0; luck < 4; luck++) found.push(await isFoundBehindLiars(luck));
  expect(found).toEqual([true, true, true, true]);
});

it('what fails through some relays is no reason to do without the others', async () => {
  const stage = new PeersStage();
  const anna = await stage.machine({ network });
  for (let nth = 1; nth <= 11; nth++) {
    await stage.until(anna.rt.peers.connect(await liar(stage, nth)));
  }
  await stage.clock.advanceAsync(10_000);
  const nobody = 'a'.repeat(52);
  const moves = () =>
    anna.facts.flatMap(({ type, data }) => (type === 'route.moved' ? [data.to] : []));
  for (let nth = 0; nth < 7; nth++) await stage.refusal(anna.rt.peers.connect(nobody));
  expect(moves()).toEqual(['mesh']);
  for (let nth = 0; nth < 30; nth++) await stage.refusal(anna.rt.peers.connect(nobody));
  expect(moves()).toEqual(['mesh', 'direct']);
});
