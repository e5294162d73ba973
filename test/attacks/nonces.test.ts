import { describe, expect, it } from 'vitest';
import type { Link, LinkEvents } from '../../actors/network.ts';
import { Ledger } from '../../actors/peer/ledger.ts';
import { PeerActor, type PeerOwner, type PeerTools } from '../../actors/peer/peer.actor.ts';
import { CipherState, MESSAGES_MAX } from '../../actors/peer/wire/cipher-state.ts';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import { readFrames } from '../../actors/peer/wire/frame-reader.ts';
import { FrameWriter } from '../../actors/peer/wire/frame-writer.ts';
import { Transport } from '../../actors/peer/wire/transport.ts';
import { TimerWheel } from '../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { kernelOn } from '../actors/audit-stage.ts';
import { selfOf } from '../actors/peer/raw-peer.ts';

const [ours, theirs] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const state = (key: Uint8Array, left: number): CipherState =>
  new CipherState(primitives, key, MESSAGES_MAX - left);

const pace = { perSecond: 4_194_304, burst: 16_777_216 };
const soonMs = 10_000;
const hourMs = 3_600_000;

/** A live connection of which so many messages each way are left. */
async function stage(left: { readonly out: number; readonly in: number }) {
  const clock = new VirtualClock();
  const self = selfOf(1);
  const ends = { connectMs: soonMs, upgradeMs: soonMs, handshakeMs: soonMs, verifyMs: soonMs };
  const tools: PeerTools = {
    ...{ clock, self, pace, intake: pace, requests: pace, ledger: new Ledger() },
    ...{ kernel: kernelOn(clock), wheel: new TimerWheel(clock), random: self.random },
    ...{ writer: new FrameWriter(), relayWriter: new FrameWriter(), isPressured: () => false },
    deadlines: {
      ...{ ...ends, idleMs: hourMs, throttledMs: hourMs, verifyEveryMs: hourMs, drainMs: soonMs },
      ...{ pingMs: hourMs, stalledMs: hourMs },
    },
  };
  const diary: string[] = [];
  const owner: PeerOwner = {
    admits: () => true,
    onOpened: () => diary.push('opened'),
    onRequest: () => undefined,
    onCall() {},
    onFrame() {},
    onHealth() {},
    onEnded: (_, ending, because) => diary.push(`${ending} ${because}`),
  };
  const remote = { address: '10.0.0.2', port: 1 };
  const sent: Uint8Array[] = [];
  let isDropped = false;
  const link: Link = {
    ...{ remote, bufferedBytes: 0, pause() {}, resume() {}, close() {} },
    send: (message) => void sent.push(message),
    drop: () => {
      isDropped = true;
    },
  };
  const transport = new Transport(state(ours, left.out), state(theirs, left.in));
  const peer = { id: 'the other', publicKey: theirs };
  const session = { peer, suite: 1, hash: ours, transport };
  const steps = [
    { kind: 'sealing', send: [] } as const,
    { kind: 'live', send: [], session } as const,
  ];
  const receive = () => steps.shift() ?? ({ kind: 'refused', because: 'unexpected' } as const);
  const actor = PeerActor.arrived(tools, owner, { remote, drop() {} });
  const events: LinkEvents = actor.attach(link, { receive });
  for (const _ of [1, 2]) events.onMessage(Uint8Array.of(0));
  const far = new Transport(state(theirs, left.in), state(ours, left.out));
  return { clock, diary, sent, events, far, isDropped: () => isDropped };
}

const ping = (far: Transport): Uint8Array => {
  const writer = new FrameWriter();
  writer.write({ kind: 'ping', nonce: new Uint8Array(8) });
  return far.seal(writer.plain);
};

describe('T20: a connection whose nonces run out', () => {
  it('seals nothing more, and ends', async () => {
    const { clock, diary, sent, events, far, isDropped } = await stage({ out: 3, in: 100 });
    for (let nth = 0; nth < 5; nth++) {
      events.onMessage(ping(far));
      await clock.advanceAsync(0);
    }
    const read = sent.map((message): Frame['kind'][] => {
      const frames = readFrames(far.open(message) ?? new Uint8Array());
      return 'violation' in frames ? [] : frames.map(({ kind }) => kind);
    });
    expect(read).toEqual([['pong'], ['pong'], ['pong']]);
    await clock.advanceAsync(10_000);
    expect([diary, isDropped(), sent.length]).toEqual([
      ['opened', 'dropped its key is spent'],
      true,
      3,
    ]);
  });

  it('takes no message beyond them, and holds it against nobody', async () => {
    const { clock, diary, events, far, isDropped } = await stage({ out: 100, in: 1 });
    const last = ping(far);
    events.onMessage(last);
    await clock.advanceAsync(0);
    expect(diary).toEqual(['opened']);
    events.onMessage(last);
    expect([diary, isDropped()]).toEqual([['opened', 'link.violated null'], true]);
  });
});
