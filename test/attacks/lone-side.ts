import type { Link, LinkEvents } from '../../actors/network.ts';
import { HandshakeQueue } from '../../actors/peer/handshake-queue.ts';
import { Ledger } from '../../actors/peer/ledger.ts';
import { PeerActor, type PeerOwner, type PeerTools } from '../../actors/peer/peer.actor.ts';
import { TurnQueue } from '../../actors/peer/turn-queue.ts';
import { CipherState, MESSAGES_MAX } from '../../actors/peer/wire/cipher-state.ts';
import { FrameWriter } from '../../actors/peer/wire/frame-writer.ts';
import { Transport } from '../../actors/peer/wire/transport.ts';
import { TimerWheel } from '../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { Secret } from '../../storage/secret.ts';
import { kernelOn } from '../actors/audit-stage.ts';
import { selfOf } from '../actors/peer/raw-peer.ts';

const [ours, theirs] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const state = (key: Uint8Array, left: number): CipherState =>
  new CipherState(primitives, key, MESSAGES_MAX - left);

const pace = { perSecond: 4_194_304, burst: 16_777_216 };
const soonMs = 10_000;
/** Strangers rest so long once others were served. */
const restMs = 4;
const hourMs = 3_600_000;
const remote = { address: '10.0.0.2', port: 1 };

/** One connection of the side, in the hands of a test. */
export interface LoneEnd {
  readonly actor: PeerActor;
  readonly events: LinkEvents;
  /** What the side sent. */
  readonly sent: Uint8Array[];
  readonly isDropped: () => boolean;
}

/** The side of a connection that does all the work: a test says what comes in. */
export class LoneSide {
  readonly clock = new VirtualClock();
  readonly ledger = new Ledger();
  /** What the owner of all connections heard, but for requests. */
  readonly diary: string[] = [];
  readonly owner: PeerOwner = {
    isLinked: () => false,
    presentOf: (id) => id,
    meets: () => true,
    admits: () => true,
    onOpened: () => this.diary.push('opened'),
    onRequest: () => undefined,
    onCall() {},
    onFrame() {},
    onHealth() {},
    onChain: () => true,
    onRotated() {},
    onEnded: (_, ending, because) => this.diary.push(`${ending} ${because}`),
  };
  readonly #self = selfOf(1);
  readonly #turns = new TurnQueue(this.clock);
  readonly #tools: PeerTools = {
    ...{ clock: this.clock, self: this.#self, pace, intake: pace, requests: pace },
    ...{ kernel: kernelOn(this.clock), wheel: new TimerWheel(this.clock), ledger: this.ledger },
    ...{ random: this.#self.random, isPressured: () => false },
    ...{ writer: new FrameWriter(), relayWriter: new FrameWriter() },
    handshakes: new HandshakeQueue(this.#turns),
    turns: this.#turns,
    deadlines: {
      ...{ connectMs: soonMs, upgradeMs: soonMs, handshakeMs: soonMs, verifyMs: soonMs },
      ...{ idleMs: hourMs, throttledMs: hourMs, verifyEveryMs: hourMs, drainMs: soonMs },
      ...{ pingMs: hourMs, stalledMs: hourMs, rotateMs: 10 * hourMs, overdueMs: 11 * hourMs },
    },
  };

  /** Upgraded, and before the handshake. */
  halfOpen(): LoneEnd {
    return this.#open((actor, link) => actor.enter(link));
  }

  /** Live, with so many messages left each way; and what the other side seals and opens with. */
  live(left = { out: MESSAGES_MAX, in: MESSAGES_MAX }): LoneEnd & { readonly far: Transport } {
    const transport = new Transport(state(ours, left.out), state(theirs, left.in));
    const peer = { id: 'the other', publicKey: theirs };
    const lineage = { hash: ours, secret: Secret.of(ours), remoteStatic: theirs };
    const session = { peer, suite: 1, hash: ours, lineage, transport };
    const steps = [
      { kind: 'sealing', send: [], claimed: peer },
      { kind: 'live', send: [], session },
    ] as const;
    let taken = 0;
    const receive = () => steps[taken++] ?? ({ kind: 'refused', because: 'unexpected' } as const);
    const end = this.#open((actor, link) => actor.attach(link, { receive }));
    for (const _ of steps) end.events.onMessage(Uint8Array.of(0));
    this.clock.advance(restMs);
    return { ...end, far: new Transport(state(theirs, left.in), state(ours, left.out)) };
  }

  #open(enter: (actor: PeerActor, link: Link) => LinkEvents): LoneEnd {
    const sent: Uint8Array[] = [];
    let isDropped = false;
    const link: Link = {
      ...{ remote, bufferedBytes: 0, pause() {}, resume() {}, close() {} },
      send: (message) => void sent.push(message),
      drop: () => {
        isDropped = true;
      },
    };
    const actor = PeerActor.arrived(this.#tools, this.owner, { remote, drop() {} });
    return { actor, sent, events: enter(actor, link), isDropped: () => isDropped };
  }
}
