import { describe, expect, it } from 'vitest';
import type { Arrival } from '../../../actors/network.ts';
import { HandshakeQueue } from '../../../actors/peer/handshake-queue.ts';
import { Ledger } from '../../../actors/peer/ledger.ts';
import { PeerActor, type PeerOwner, type PeerTools } from '../../../actors/peer/peer.actor.ts';
import { PROVE } from '../../../actors/peer/proving.ts';
import { TurnQueue } from '../../../actors/peer/turn-queue.ts';
import type { Frame } from '../../../actors/peer/wire/frame.ts';
import { FrameWriter } from '../../../actors/peer/wire/frame-writer.ts';
import { signProof } from '../../../actors/peer/wire/proof.ts';
import { TimerWheel } from '../../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { SimNetwork } from '../../../runtime/sim/network.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { kernelOn } from '../audit-stage.ts';
import { RawPeer, selfOf } from './raw-peer.ts';

const pace = { perSecond: 4_194_304, burst: 16_777_216 };

const deadlines: PeerTools['deadlines'] = {
  connectMs: 30_000,
  upgradeMs: 10_000,
  handshakeMs: 10_000,
  idleMs: 60_000,
  throttledMs: 60_000,
  verifyEveryMs: 300_000,
  verifyMs: 10_000,
  drainMs: 10_000,
  pingMs: 30_000,
  stalledMs: 30_000,
  rotateMs: 86_400_000,
  overdueMs: 90_000_000,
};

/** A machine that is listened at, and another that a test is in charge of. */
async function stage() {
  const clock = new VirtualClock();
  const random = new SeededRandom(3);
  const network = new SimNetwork({ clock, random: random.stream('network') });
  const self = selfOf(1);
  const ledger = new Ledger();
  const turns = new TurnQueue(clock);
  const tools: PeerTools = {
    ...{ clock, self, ledger, deadlines, pace, intake: pace, requests: pace },
    kernel: kernelOn(clock, []),
    wheel: new TimerWheel(clock),
    random: self.random,
    writer: new FrameWriter(),
    handshakes: new HandshakeQueue(turns),
    turns,
    relayWriter: new FrameWriter(1_000),
    isPressured: () => false,
  };
  const diary: string[] = [];
  const actors: PeerActor[] = [];
  const owner: PeerOwner & { isOpen: boolean } = {
    isOpen: true,
    isLinked: () => false,
    presentOf: (id) => id,
    meets: () => true,
    admits: () => owner.isOpen,
    onOpened: () => diary.push('opened'),
    onRequest: () => undefined,
    onCall: (_, call) => {
      diary.push(call.name);
      call.answer({ encoding: 'nothing', bytes: new Uint8Array() });
    },
    onFrame: (_, { kind }) => diary.push(kind),
    onHealth: (_, signal) => diary.push(signal),
    onChain: () => true,
    onRotated: () => diary.push('rotated'),
    onEnded: (_, ending, because) => diary.push(`${ending} ${because}`),
  };
  const byArrival = new Map<Arrival, PeerActor>();
  const place = { host: '10.0.0.1', port: 7000, trustedProxies: [] };
  const { url } = await network.host('10.0.0.1').listen(place, {
    onArrived(arrival) {
      const actor = PeerActor.arrived(tools, owner, arrival);
      actors.push(actor);
      byArrival.set(arrival, actor);
      return true;
    },
    onLeft: (arrival) => byArrival.get(arrival)?.left(),
    onAsked: () => ({ admitted: true }),
    onOpened(arrival, link) {
      const actor = byArrival.get(arrival);
      if (actor === undefined) throw new Error('nobody arrived');
      return actor.enter(link);
    },
  });
  const raw = async (onShake = (message: Uint8Array): Uint8Array | undefined => message) => {
    const dialled = RawPeer.dial(network.host('10.0.0.2'), url, selfOf(2), onShake);
    await clock.advanceAsync(200);
    return await dialled;
  };
  return { clock, network, ledger, tools, owner, diary, actors, raw };
}

const kindsOf = ({ frames }: RawPeer): string[] => frames.map(({ kind }) => kind);

describe('the actor of a peer', () => {
  it('is live once both seals are verified, and answers pings', async () => {
    const { clock, diary, actors, raw } = await stage();
    const peer = await raw();
    expect([peer.isLive, diary, actors[0]?.isLive, actors[0]?.peer?.id]).toEqual([
      true,
      ['opened'],
      true,
      peer.id,
    ]);
    const nonce = new Uint8Array(8).fill(7);
    peer.say({ kind: 'ping', nonce }, { kind: 'ping', nonce });
    await clock.advanceAsync(100);
    expect(peer.frames).toEqual([
      { kind: 'pong', nonce },
      { kind: 'pong', nonce },
    ]);
  });

  it('says nothing, not even that it knows who it is, to whoever is not let in', async () => {
    const { clock, diary, owner, raw } = await stage();
    owner.isOpen = false;
    const peer = await raw();
    await clock.advanceAsync(10_000);
    expect([peer.isLive, peer.end, diary]).toEqual([false, 'lost', ['dropped not admitted']]);
  });

  it.each([
    ['says nothing', 0],
    ['stops before its finish', 1],
    ['stops before its seal', 2],
  ])('ends ten seconds after the link opened, if the other side %s', async (_, said) => {
    const { clock, diary, raw } = await stage();
    let count = 0;
    const peer = await raw((message) => {
      count += 1;
      return count > said ? undefined : message;
    });
    await clock.advanceAsync(9_700);
    expect(diary).toEqual([]);
    await clock.advanceAsync(300);
    expect([diary, peer.end]).toEqual([['handshake.timedOut null'], 'lost']);
  });

  it('T14: asks whether the other side is there, and lets go of one that is not', async () => {
    const { clock, network, diary, raw } = await stage();
    (await raw()).answerPings();
    await clock.advanceAsync(120_000);
    expect(diary).toEqual(['opened', ...Array(4).fill('health.answered')]);
    network.partition(['10.0.0.1'], ['10.0.0.2']);
    await clock.advanceAsync(60_000);
    expect(diary.slice(5)).toEqual(['health.timedOut', 'idle null']);
  });

  it('T14: lets go of a peer that was silent from the start as well', async () => {
    const { clock, diary, raw } = await stage();
    await raw();
    await clock.advanceAsync(60_000);
    expect(diary).toEqual(['opened', 'health.timedOut', 'idle null']);
  });

  it('holds a message that does not decrypt against nobody', async () => {
    const { clock, diary, raw } = await stage();
    const peer = await raw();
    peer.link?.send(new Uint8Array(100).fill(5));
    await clock.advanceAsync(100);
    expect([diary, peer.end]).toEqual([['opened', 'link.violated null'], 'lost']);
  });

  it('holds what is sealed and says what it may not against who sealed it', async () => {
    const { clock, diary, raw } = await stage();
    const peer = await raw();
    peer.saySealed(Uint8Array.of(99));
    await clock.advanceAsync(100);
    expect([diary, peer.end]).toEqual([['opened', 'rules.violated kind'], 'lost']);
  });

  it('has it proved every five minutes that the other side is who it was', async () => {
    const proofs: Frame[] = [];
    const { clock, diary, raw } = await stage();
    const peer = await raw();
    const self = selfOf(2);
    let isThief = false;
    peer.onFrame = (frame) => {
      if (frame.kind === 'ping') peer.say({ kind: 'pong', nonce: frame.nonce });
      if (frame.kind !== 'request' || frame.name !== PROVE || peer.session === undefined) return;
      proofs.push(frame);
      const { hash } = peer.session;
      const { identity } = self.credentials;
      const signer = identity.publicKey;
      const other = peer.session.peer.publicKey;
      const terms = { role: 'initiator', hash, signer, other } as const;
      const part = signProof(identity, terms, frame.part);
      if (isThief) part.fill(0);
      peer.say({ kind: 'response', id: frame.id, encoding: 'bytes', size: 64, part });
    };
    await clock.advanceAsync(301_000);
    expect([proofs.length, peer.isLive]).toEqual([1, true]);
    isThief = true;
    await clock.advanceAsync(300_000);
    expect([proofs.length, peer.isLive, diary.at(-1)]).toEqual([2, false, 'verify.failed forged']);
  });

  it('proves itself when it is asked to, and takes no other question for one', async () => {
    const { clock, diary, raw } = await stage();
    const peer = await raw();
    const part = new Uint8Array(32).fill(1);
    const request = { kind: 'request', timeoutMs: 1_000, encoding: 'bytes', name: PROVE } as const;
    peer.say({ ...request, id: 1, size: 32, part });
    await clock.advanceAsync(100);
    expect(peer.frames).toMatchObject([{ kind: 'response', id: 1, encoding: 'bytes', size: 64 }]);
    peer.say({ ...request, id: 3, size: 31, part: part.subarray(1) });
    await clock.advanceAsync(100);
    expect(diary.at(-1)).toBe('rules.violated challenge');
  });

  it('proves itself ten times at once, and takes no long question', async () => {
    const { clock, raw } = await stage();
    const peer = await raw();
    const request = { kind: 'request', timeoutMs: 1_000, encoding: 'bytes', name: PROVE } as const;
    const part = new Uint8Array(32);
    for (let nth = 0; nth < 11; nth++) peer.say({ ...request, id: 1 + 2 * nth, size: 32, part });
    peer.say({ ...request, id: 23, size: 33, part });
    await clock.advanceAsync(100);
    const answers = peer.frames.map((frame) => ('code' in frame ? frame.code : frame.kind));
    expect(answers.sort()).toEqual([
      ...['PAYLOAD_INVALID', 'RATE_LIMITED'],
      ...Array.from({ length: 10 }, () => 'response'),
    ]);
    await clock.advanceAsync(1_000);
    peer.say({ ...request, id: 25, size: 32, part });
    await clock.advanceAsync(100);
    expect(peer.frames.at(-1)).toMatchObject({ kind: 'response', id: 25 });
  });

  it('answers what is open after a farewell, and then closes in good order', async () => {
    const { clock, diary, actors, raw } = await stage();
    const peer = await raw();
    const request = { kind: 'request', timeoutMs: 1_000, encoding: 'nothing', size: 0 } as const;
    peer.say({ ...request, id: 1, name: 'price', part: new Uint8Array() }, { kind: 'bye' });
    await clock.advanceAsync(100);
    expect(kindsOf(peer)).toEqual(['bye', 'response']);
    expect([diary, peer.end]).toEqual([['opened', 'price', 'drained null'], 'closed']);
    expect(actors[0]?.isEnded).toBe(true);
  });

  it('lets go of whoever takes nothing in', async () => {
    const { clock, diary, actors, raw } = await stage();
    const peer = await raw();
    peer.link?.pause();
    const payload = { encoding: 'bytes', bytes: new Uint8Array(16_000) } as const;
    const failed: string[] = [];
    for (let nth = 0; nth < 100; nth++) {
      actors[0]?.ask('put', payload, 600_000, {
        onAnswered() {},
        onStreamed() {},
        onFailed: ({ code }) => failed.push(code),
      });
    }
    await clock.advanceAsync(50_000);
    expect([diary.at(-1), failed]).toEqual([
      'dropped it takes nothing in',
      Array(100).fill('PEER_LOST'),
    ]);
  });

  it('leaves nothing behind: no timer, no account, no connection', async () => {
    const { clock, network, ledger, actors, raw } = await stage();
    const before = clock.pending;
    const peers = [await raw(), await raw()];
    peers[0]?.link?.drop();
    actors[1]?.drop('test');
    await clock.advanceAsync(6_000);
    expect([clock.pending, ledger.heldBytes, ledger.byPeer().size, network.connections]).toEqual([
      before,
      0,
      0,
      0,
    ]);
  });
});
