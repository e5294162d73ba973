import { describe, expect, it } from 'vitest';
import { initiatorOf } from '../../actors/peer/self.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { type Listening, PeersStage } from '../runtime/peers-stage.ts';

const idOf = (fill: number): string => peerIdOf(selfOf(fill).credentials.identity.publicKey);

const refusalsOf = ({ facts }: Listening) =>
  facts.filter(({ type }) => type === 'peer.refused').map(({ data }) => data);

/** Somebody whom nobody knows, and who says that others want a circuit to the shop. */
async function given() {
  const stage = new PeersStage();
  const shop = await stage.listening();
  const host = stage.network.host('10.9.1.1');
  const eve = await stage.until(RawPeer.dial(host, shop.url, selfOf(170)));
  await stage.clock.advanceAsync(100);
  const heard: string[] = [];
  let nth = 0;
  eve.onFrame = (frame) => {
    if (frame.kind === 'ping') eve.say({ kind: 'pong', nonce: frame.nonce });
    if (frame.kind === 'response') heard.push(Buffer.from(frame.part).toString());
    if (frame.kind === 'error') heard.push(frame.code);
  };
  const say = (name: string, json: unknown): void => {
    const part = Buffer.from(JSON.stringify(json));
    const id = 2 * nth++ + 1;
    const asked = { kind: 'request', id, timeoutMs: 5_000, encoding: 'json' } as const;
    eve.say({ ...asked, size: part.length, name, part });
  };
  return { stage, shop, eve, heard, say };
}

describe('a stranger that says who wants a circuit', () => {
  it('learns of nobody whether that one is banned or listed', async () => {
    const { stage, shop, heard, say } = await given();
    for (const fill of [21, 23]) shop.rt.peers.ban(idOf(fill), { reason: 'a test', forMs: 60_000 });
    shop.rt.peers.blacklist.blame(idOf(22), { reason: 'a test' });
    for (const fill of [20, 21, 22, 23, 24])
      say('holdfast.accept', { from: idOf(fill), circuit: fill * 2 + 1 });
    await stage.clock.advanceAsync(1_000);
    expect(heard).toEqual(Array(5).fill('{"accepted":true}'));
  });

  it('T28: gets no more handshakes for them than whoever dials from where it is', async () => {
    const { stage, shop, eve, heard, say } = await given();
    const begun = initiatorOf(selfOf(30), 'relay').begin();
    const [hello = new Uint8Array()] = begun.kind === 'refused' ? [] : begun.send;
    for (let circuit = 1; circuit < 200; circuit += 2) {
      say('holdfast.accept', { from: idOf(30), circuit });
      eve.say({ kind: 'relay', circuit, part: hello });
      say('holdfast.hangUp', { circuit });
      await stage.clock.advanceAsync(1);
    }
    await stage.clock.advanceAsync(100);
    // It has dialled once itself.
    expect(heard.filter((said) => said === '{"accepted":true}').length).toBe(19);
    await stage.clock.advanceAsync(60_000);
    expect(refusalsOf(shop)).toEqual([{ netgroup: '10.9.1.0/24', counts: { rate: 81 } }]);
  });

  it('has 16 that are half open, and keeps nobody out by them', async () => {
    const { stage, shop, heard, say } = await given();
    for (let circuit = 1; circuit < 2 * 18; circuit += 2) {
      say('holdfast.accept', { from: idOf(30), circuit });
    }
    await stage.clock.advanceAsync(100);
    expect(heard).toEqual(Array(18).fill('{"accepted":true}'));
    const otto = await stage.machine();
    expect((await stage.until(otto.rt.peers.connect(shop.url))).isConnected).toBe(true);
    await stage.clock.advanceAsync(60_000);
    expect(refusalsOf(shop)).toEqual([{ netgroup: '10.9.1.0/24', counts: { crowded: 2 } }]);
  });
});
