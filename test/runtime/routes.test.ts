import { describe, expect, it } from 'vitest';
import { CircuitLink } from '../../actors/peer/circuit-link.ts';
import { Ledger } from '../../actors/peer/ledger.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { failRequest } from '../../actors/refusals.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { PeersStage } from './peers-stage.ts';

const read = { level: 'basic', effect: 'read' } as const;
const network = { relayLevel: 'basic' } as const;

/** Anna and otto are connected to zoe, and anna was connected to otto. */
async function triangle() {
  const stage = new PeersStage();
  const zoe = await stage.listening({ network });
  const otto = await stage.listening({ network });
  const anna = await stage.machine({ network });
  otto.rt.peers.handle('echo', read, (given) => given);
  await stage.until(otto.rt.peers.connect(zoe.url));
  await stage.until(anna.rt.peers.connect(zoe.url));
  const peer = await stage.until(anna.rt.peers.connect(otto.url));
  return { stage, zoe, otto, anna, peer };
}

describe('a peer that no connection leads to', () => {
  it('is reached through another one, and directly again once that is possible', async () => {
    const { stage, zoe, otto, anna, peer } = await triangle();
    stage.network.partition([anna.address], [otto.address]);
    await stage.clock.advanceAsync(120_000);
    expect(peer.isConnected).toBe(false);
    const large = new Uint8Array(200_000).map((_, index) => index);
    expect(await stage.until(peer.request('echo', large))).toEqual(large);
    expect(peer.isConnected).toBe(true);
    stage.network.heal();
    await stage.clock.advanceAsync(600_000);
    expect(await stage.until(peer.request('echo', 7))).toBe(7);
    const ways = anna.facts.filter(
      ({ type, subject }) => type === 'peer.opened' && subject === peer.id,
    );
    expect(ways.map(({ data }) => data.carrier)).toEqual(['ws', 'relay', 'ws']);
    const ended = anna.facts.filter(({ type }) => type === 'peer.relayed');
    expect(ended).toEqual([]);
    const relayed = zoe.facts.filter(({ type }) => type === 'peer.relayed');
    expect(relayed.map(({ subject, data }) => [subject, data.peer, data.because])).toEqual([
      [anna.rt.peers.id, otto.rt.peers.id, 'hungUp'],
    ]);
  });

  it('is reached by its identity alone, if it has a connection to the same peer', async () => {
    const stage = new PeersStage();
    const zoe = await stage.listening({ network });
    const otto = await stage.machine({ network });
    const anna = await stage.machine({ network });
    otto.rt.peers.handle('echo', read, (given) => given);
    await stage.until(otto.rt.peers.connect(zoe.url));
    await stage.until(anna.rt.peers.connect(zoe.url));
    const peer = await stage.until(anna.rt.peers.connect(otto.rt.peers.id));
    expect(await stage.until(peer.request('echo', 'tea'))).toBe('tea');
    const nobody = 'a'.repeat(52);
    expect(await stage.refusal(anna.rt.peers.connect(nobody))).toMatch(/^PEER_UNREACHABLE/);
  });

  it('is not connected through who trusts it too little, nor to who banned it', async () => {
    const stage = new PeersStage();
    const zoe = await stage.listening();
    const otto = await stage.machine();
    const anna = await stage.machine();
    await stage.until(otto.rt.peers.connect(zoe.url));
    await stage.until(anna.rt.peers.connect(zoe.url));
    const { id } = otto.rt.peers;
    expect(await stage.refusal(anna.rt.peers.connect(id))).toMatch(/^PEER_UNREACHABLE/);
    // Not a byte of it went through.
    expect(zoe.facts.filter(({ type }) => type === 'peer.relayed')).toEqual([]);
    await stage.until(zoe.rt.peers.grant(anna.rt.peers.id, { level: 'verified' }));
    otto.rt.peers.ban(anna.rt.peers.id, { reason: 'a test', forMs: 60_000 });
    expect(await stage.refusal(anna.rt.peers.connect(id))).toMatch(/^PEER_UNREACHABLE/);
    // It shows no earlier than silence would.
    expect(zoe.facts.filter(({ type }) => type === 'peer.relayed').length).toBe(1);
    expect(otto.rt.peers.find(anna.rt.peers.id)?.isConnected ?? false).toBe(false);
    await stage.until(otto.rt.peers.unban(anna.rt.peers.id));
    expect((await stage.until(anna.rt.peers.connect(id))).isConnected).toBe(true);
  });

  it('is not sought through others while those fail: mesh, direct, and mesh again', async () => {
    const stage = new PeersStage();
    const anna = await stage.machine({ network });
    let isHonest = false;
    const raw = new RawPeer(selfOf(9), 'responder');
    raw.onFrame = (frame) => {
      if (frame.kind === 'ping') raw.say({ kind: 'pong', nonce: frame.nonce });
      if (frame.kind !== 'request' || frame.name !== 'holdfast.relay') return;
      const { id } = frame;
      if (!isHonest) {
        const part = Buffer.from('{"circuit":"none"}');
        raw.say({ kind: 'response', id, encoding: 'json', size: part.length, part });
      } else raw.say({ kind: 'error', id, ...failRequest('PEER_UNREACHABLE') });
    };
    const place = { host: '10.0.9.1', port: 7000, trustedProxies: [] };
    const { url } = await stage.network.host('10.0.9.1').listen(
      place,
      RawPeer.door(() => raw),
    );
    await stage.until(anna.rt.peers.connect(url));
    await stage.clock.advanceAsync(10_000);
    const moves = () =>
      anna.facts.flatMap(({ type, data }) => (type === 'route.moved' ? [data.to] : []));
    expect(moves()).toEqual(['mesh']);
    const nobody = peerIdOf(new Uint8Array(32).fill(1));
    for (let nth = 0; nth < 6; nth++) await stage.refusal(anna.rt.peers.connect(nobody));
    expect(moves()).toEqual(['mesh', 'direct']);
    await stage.clock.advanceAsync(100_000);
    expect(moves()).toEqual(['mesh', 'direct']);
    isHonest = true;
    // Nobody seeks anybody meanwhile.
    await stage.clock.advanceAsync(60_000);
    expect(moves()).toEqual(['mesh', 'direct', 'mesh']);
  });

  it('is not believed about who is at the other end of a circuit', async () => {
    const claimed = { 7: false, 8: true };
    for (const [fill, isTrue] of Object.entries(claimed)) {
      const stage = new PeersStage();
      const anna = await stage.listening({ network });
      const host = stage.network.host('10.0.9.1');
      const relay = await stage.until(RawPeer.dial(host, anna.url, selfOf(9)));
      await stage.clock.advanceAsync(100);
      const otto = new RawPeer(selfOf(8), 'initiator', 'relay');
      const link = new CircuitLink({
        clock: stage.clock,
        account: new Ledger().open(''),
        remote: { address: '10.0.9.1', port: 1 },
        hangUp() {},
        relay(part) {
          relay.say({ kind: 'relay', circuit: 1, part });
          return true;
        },
      });
      relay.onFrame = (frame) => {
        if (frame.kind === 'relay') link.receive(frame.part);
        if (frame.kind === 'response') link.tell(otto.enter(link));
      };
      const from = peerIdOf(selfOf(Number(fill)).credentials.identity.publicKey);
      const part = Buffer.from(JSON.stringify({ from, circuit: 1 }));
      const asked = { kind: 'request', id: 1, timeoutMs: 1_000, encoding: 'json' } as const;
      relay.say({ ...asked, size: part.length, name: 'holdfast.accept', part });
      await stage.clock.advanceAsync(1_000);
      const seen = [otto.id, from].map((id) => anna.rt.peers.find(id) !== undefined);
      expect(seen).toEqual([isTrue, isTrue]);
    }
  });

  it('loses what is still open through another one, too, once it is banned', async () => {
    const { stage, otto, anna, peer } = await triangle();
    otto.rt.peers.handle('never', read, () => new Promise(() => {}));
    stage.network.partition([anna.address], [otto.address]);
    await stage.clock.advanceAsync(120_000);
    await stage.until(peer.request('echo', 1));
    let outcome = 'open';
    void stage.refusal(peer.request('never', 1, { timeoutMs: 3_600_000 })).then((said) => {
      outcome = said;
    });
    const direct = () =>
      anna.facts.some(
        ({ type, data, time }) =>
          type === 'peer.opened' && data.carrier === 'ws' && Date.parse(time) > healedMs,
      );
    stage.network.heal();
    const healedMs = stage.clock.wallMs();
    for (let passedMs = 0; passedMs < 600_000 && !direct(); passedMs += 100) {
      await stage.clock.advanceAsync(100);
    }
    expect([direct(), outcome]).toEqual([true, 'open']);
    otto.rt.peers.ban(anna.rt.peers.id, { reason: 'a test', forMs: 60_000 });
    await stage.clock.advanceAsync(500);
    expect(outcome).toMatch(/^PEER_LOST/);
  });

  it('carries no circuit within a circuit', async () => {
    const { stage, otto, anna, peer } = await triangle();
    stage.network.partition([anna.address], [otto.address]);
    await stage.clock.advanceAsync(120_000);
    await stage.until(peer.request('echo', 1));
    const relayed = peer.request('holdfast.relay', { to: anna.rt.peers.id });
    expect(await stage.refusal(relayed)).toMatch(/^PAYLOAD_INVALID/);
  });
});

it.each(['before', 'after'])(
  'whoever was granted a level %s it came gets in without work',
  async (when) => {
    const stage = new PeersStage();
    const options = { network: { exempt: [] } };
    const shop = await stage.listening(options);
    const till = await stage.machine();
    const grant = () => stage.until(shop.rt.peers.grant(till.rt.peers.id, { level: 'privileged' }));
    if (when === 'before') await grant();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    if (when === 'after') await grant();
    await stage.clock.advanceAsync(1_000);
    shop.meter.load = { loopDelayMs: 200, cpuRatio: 0.1, memoryRatio: 0.1 };
    await stage.clock.advanceAsync(10_000);
    const asked: unknown[] = [];
    stage.onDial = (dial) => asked.push([dial.pass?.length, dial.answer?.length]);
    stage.network.cut(shop.address, till.address);
    await stage.clock.advanceAsync(5_000);
    expect([peer.isConnected, asked]).toEqual([true, [[40, undefined]]]);
  },
);
