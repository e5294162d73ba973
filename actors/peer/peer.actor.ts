import {
  type PeerEmitted,
  type PeerEnding,
  type PeerEvent,
  peerMachine,
} from '../../machines/peer.machine.ts';
import { TokenBucket } from '../../machines/token-bucket.ts';
import type { Arrival, Link, LinkEvents, Remote } from '../network.ts';
import { type Failure, failRequest } from '../refusals.ts';
import type { Chart } from '../world.ts';
import { netgroupOf } from './address.ts';
import { Conversation, type ConversationEvents } from './conversation.ts';
import { type Dialler, dial, type Target } from './dial.ts';
import { Introductions } from './introductions.ts';
import { Lookout, type LookoutEvents, lookMsOf } from './lookout.ts';
import type { Circuit, PeerOwner, PeerTools } from './peer-owner.ts';
import { prove } from './proving.ts';
import type { Asker } from './requests/asked.ts';
import type { Call } from './requests/call.ts';
import type { Payload } from './requests/payload.ts';
import { initiatorOf, responderOf } from './self.ts';
import { SessionKeys, type SessionKeysEvents } from './session-keys.ts';
import type { Frame, KeyFrame } from './wire/frame.ts';
import type { RemotePeer, Session, Step } from './wire/handshake.ts';
import type { Carrier } from './wire/prologue.ts';

export type { Circuit, PeerOwner, PeerTools };

type Shake = { receive(message: Uint8Array): Step };
type Phase = 'halfOpen' | 'live' | 'closing' | 'ended';

const phases = ['halfOpen', 'live', 'closing'] as const;

/** One connection, from the dial or the arrival to its end. */
export class PeerActor implements ConversationEvents, LookoutEvents, SessionKeysEvents {
  readonly role: 'initiator' | 'responder';
  readonly carrier: Carrier;
  /** As far as is known; of the relay, if there is one. */
  remote: Remote | undefined;
  /** Whose seal was verified, and who is let in; undefined before. */
  peer: RemotePeer | undefined;
  /** Who it says it is; undefined before. */
  claimed: string | undefined;
  /** When the link opened, and when it last gave what was asked of it; monotonic. */
  sinceMs: number;
  usefulAtMs = Number.NEGATIVE_INFINITY;
  /** Of requests that it may make. */
  readonly requests: TokenBucket;
  readonly #introductions: Introductions;
  readonly #tools: PeerTools;
  readonly #owner: PeerOwner;
  readonly #chart: Chart<typeof peerMachine>;
  /** Follows from the chart's tags alone. */
  #phase: Phase = 'halfOpen';
  #giveUp = (): void => {};
  /** Who has to be on the other side of a circuit, by the word of the relay. */
  #expected: string | undefined;
  #link: Link | undefined;
  #shake: Shake | undefined;
  #talk: Conversation | undefined;
  #lookout: Lookout | undefined;
  #keys: SessionKeys | undefined;

  private constructor(
    tools: PeerTools,
    owner: PeerOwner,
    role: 'initiator' | 'responder',
    remote?: Remote,
    carrier: Carrier = 'ws',
  ) {
    this.role = role;
    this.remote = remote;
    this.carrier = carrier;
    this.sinceMs = tools.clock.monotonicMs();
    this.requests = new TokenBucket(tools.requests, this.sinceMs);
    // It is of whoever this side is now, whatever becomes of that.
    const self = { ...tools.self, credentials: tools.self.credentials };
    this.#tools = { ...tools, self };
    this.#introductions = new Introductions({
      ...{ clock: tools.clock, self, role },
      onChain: (chain) => owner.onChain(this, chain),
    });
    this.#owner = owner;
    const { deadlines } = tools;
    this.#chart = tools.kernel.startChart(peerMachine, {
      id: 'peer',
      input: { ...deadlines, role, idleMs: deadlines.idleMs - lookMsOf(deadlines) },
      onMoved: (snapshot) => {
        this.#phase = phases.find((phase) => snapshot.hasTag(phase)) ?? 'ended';
      },
      onEmitted: (emitted) => this.#hear(emitted),
    });
  }

  /** Somebody arrived, who is not upgraded yet. */
  static arrived(tools: PeerTools, owner: PeerOwner, arrival: Arrival): PeerActor {
    const actor = new PeerActor(tools, owner, 'responder', arrival.remote);
    actor.#giveUp = () => arrival.drop();
    return actor;
  }

  static dialling(tools: PeerTools, owner: PeerOwner, target: Target, dialler: Dialler): PeerActor {
    const actor = new PeerActor(tools, owner, 'initiator');
    const controller = new AbortController();
    actor.#giveUp = () => controller.abort();
    void actor.#dial(target, dialler, controller.signal);
    return actor;
  }

  /** Over a circuit through another peer, which is open already. */
  static relayed(tools: PeerTools, owner: PeerOwner, { role, link, expected }: Circuit): PeerActor {
    const actor = new PeerActor(tools, owner, role, link.remote, 'relay');
    actor.#expected = expected;
    const end = { id: expected, records: [] };
    const begin = role === 'initiator' ? initiatorOf(actor.#tools.self, 'relay', end) : undefined;
    link.tell(actor.attach(link, begin ?? responderOf(actor.#tools.self, 'relay')));
    if (begin !== undefined) tools.clock.soon(() => actor.#step(begin.begin()));
    return actor;
  }

  /** Who this side is in it. */
  get ownKey(): Uint8Array {
    return this.#tools.self.credentials.identity.publicKey;
  }

  get isLive(): boolean {
    return this.#phase === 'live';
  }

  /** Whether it was ever known to be who it said it was. */
  get wasLive(): boolean {
    return this.#talk !== undefined;
  }

  /** It gave what was asked of it. */
  wasUseful(): void {
    this.usefulAtMs = this.#tools.clock.monotonicMs();
  }

  get isEnded(): boolean {
    return this.#phase === 'ended';
  }

  /** The shortest way there and back, in milliseconds. */
  get pingMs(): number {
    return this.#talk?.pings.nearestMs ?? Number.POSITIVE_INFINITY;
  }

  /** Calls `asker` once, and not on this stack. Returns how to take the request back. */
  ask(name: string, payload: Payload, timeoutMs: number, asker: Asker): () => void {
    const talk = this.#talk;
    if (talk !== undefined && this.isLive) return talk.ask(name, payload, timeoutMs, asker);
    this.#tools.clock.soon(() => asker.onFailed(lost('closed')));
    return () => {};
  }

  /** False if it is not live, or too much waits already. */
  say(frame: Frame): boolean {
    return this.isLive && this.#talk?.say(frame) === true;
  }

  /** What is open is answered; then it ends. */
  close(): void {
    this.#send({ type: 'peer.close' });
    if (this.#phase === 'halfOpen') this.drop('closed');
    else this.#drain();
  }

  /** It went away before it was upgraded. */
  left(): void {
    this.#send({ type: 'link.ended', how: 'lost' });
  }

  /** At once. */
  drop(because: string): void {
    this.#send({ type: 'peer.drop', because });
  }

  /** By a frame whose tag verified, and that says what it may not. */
  violate(because: string): void {
    this.#send({ type: 'rules.violated', because });
  }

  /** Whatever comes after its end is nobody's. */
  #send(event: PeerEvent): void {
    if (!this.isEnded) this.#chart.send(event);
  }

  /** False if it is not live, or too much waits already. */
  relay(circuit: number, part: Uint8Array): boolean {
    return this.isLive && this.#talk?.relay(circuit, part) === true;
  }

  async #dial(target: Target, dialler: Dialler, signal: AbortSignal): Promise<void> {
    const begin = initiatorOf(this.#tools.self, 'ws', target.expected);
    const failed = await dial(target, dialler, signal, (link) => {
      const events = this.attach(link, begin);
      this.#tools.clock.soon(() => this.#step(begin.begin()));
      return events;
    });
    if (failed !== undefined) this.#send(failed);
  }

  /** The link of who arrived is open. */
  enter(link: Link): LinkEvents {
    return this.attach(link, responderOf(this.#tools.self, 'ws'));
  }

  /** @param shake what the handshake is left to. */
  attach(link: Link, shake: Shake): LinkEvents {
    this.#link = link;
    this.#shake = shake;
    this.remote = link.remote;
    this.sinceMs = this.#tools.clock.monotonicMs();
    this.#send({ type: 'link.opened' });
    return {
      onMessage: (message) => this.#receive(message),
      onDrained: () => this.#talk?.drained(),
      onEnd: (how) => this.#send({ type: 'link.ended', how }),
    };
  }

  #receive(message: Uint8Array): void {
    if (this.isEnded) return;
    if (this.#talk !== undefined) return this.#talk.receive(message);
    const own = message.slice();
    if (this.role === 'initiator') this.#take(own);
    else if (!this.#tools.handshakes.add(this, () => this.#take(own))) {
      this.#send({ type: 'link.ended', how: 'violated' });
    }
  }

  #take(message: Uint8Array): void {
    if (this.#phase !== 'halfOpen' || this.#shake === undefined) return;
    this.#step(this.#shake.receive(message));
  }

  #step(step: Step): void {
    if (this.#phase !== 'halfOpen') return;
    if (step.kind === 'refused') {
      return this.#send({ type: 'handshake.failed', because: step.because });
    }
    if (step.kind === 'live') return this.#verified(step.session, step.send);
    if (step.kind === 'sealing') {
      this.claimed = step.claimed.id;
      const isTwice = this.role === 'initiator' && this.#owner.isLinked(this.claimed);
      // It would take the place of the one that is there, on this side or the other.
      if (isTwice && this.carrier === 'ws') return this.drop('connected already');
    }
    for (const message of step.send) this.#link?.send(message);
    if (step.kind === 'sealing') this.#send({ type: 'handshake.finished' });
  }

  /** Ours is not sent to whoever is not let in. */
  #verified(session: Session, send: readonly Uint8Array[]): void {
    const link = this.#link;
    if (link === undefined) return;
    const isMet = this.#owner.meets(session.peer);
    if (isMet && !this.#isExpected(session.peer)) {
      forget(session);
      return this.#send({ type: 'seal.failed', because: 'stranger' });
    }
    if (!isMet || !this.#owner.admits(this, session.peer)) {
      forget(session);
      return this.#send({ type: 'peer.refused', because: 'not admitted' });
    }
    this.peer = session.peer;
    for (const message of send) link.send(message);
    const account = this.#tools.ledger.open(netgroupOf(link.remote.address));
    account.peer = this.#owner.presentOf(session.peer.id);
    account.drop = () => this.drop('it holds the most');
    const { writer, relayWriter } = this.#tools;
    const own = { account, writer: this.carrier === 'relay' ? relayWriter : writer };
    this.#talk = new Conversation(this.role, link, session, { ...this.#tools, ...own }, this);
    this.#lookout = new Lookout(this.#tools, this.#talk, this);
    this.#keys = new SessionKeys(this.#tools, this.#talk, this);
    this.#send({ type: 'seal.verified', id: session.peer.id });
  }

  /** Whom it dialled itself, its records have led to. */
  #isExpected({ id }: RemotePeer): boolean {
    if (this.#expected === undefined || this.role === 'initiator') return true;
    return this.#owner.presentOf(this.#expected) === this.#owner.presentOf(id);
  }

  #hear(emitted: PeerEmitted): void {
    switch (emitted.type) {
      case 'peer.opened':
        return this.#owner.onOpened(this);
      case 'peer.verify':
        return this.#verifyAgain();
      case 'peer.ended':
        return this.#end(emitted.ending, emitted.because);
    }
  }

  #verifyAgain(): void {
    const talk = this.#talk;
    if (talk === undefined) return;
    if (!this.#owner.meets(talk.session.peer)) return this.close();
    const { self, random, deadlines } = this.#tools;
    prove(talk, self, this.role, random, deadlines.verifyMs, (failure) => {
      const id = talk.session.peer.id;
      if (failure === undefined) this.#send({ type: 'seal.verified', id });
      else this.#send({ type: 'seal.failed', because: failure });
    });
  }

  onHeard(): void {
    this.#send({ type: 'peer.heard' });
  }

  /** Introductions have rates of their own: whoever asks for much may still ask who this is. */
  onRequest(name: string, size: number): Failure | undefined {
    if (this.#introductions.has(name)) return this.#introductions.refusalOf(name, size);
    return this.#owner.onRequest(this, name, size);
  }

  onCall(call: Call): void {
    const talk = this.#talk;
    if (talk === undefined || !this.#introductions.has(call.name)) {
      return this.#owner.onCall(this, call);
    }
    const broken = this.#introductions.serve(call, talk.session);
    if (broken !== undefined) this.violate(broken);
  }

  onFrame(frame: Frame & { readonly kind: 'relay' | 'pass' }): void {
    this.#owner.onFrame(this, frame);
  }

  onKeys(frame: KeyFrame): string | undefined {
    return this.#keys?.take(frame);
  }

  onRotated(): void {
    this.#owner.onRotated(this);
  }

  /** Has both sides agree on new keys; false if there is no session yet, or they were new often. */
  rotateKeys(): boolean {
    return this.#keys?.rotate() === true;
  }

  onViolated(because: string): void {
    this.violate(because);
  }

  onForged(): void {
    this.#send({ type: 'link.ended', how: 'violated' });
  }

  onBye(): void {
    this.#send({ type: 'bye.received' });
    this.#drain();
  }

  #drain(): void {
    this.#talk?.close();
    if (this.#talk?.isIdle === true) this.onIdle();
  }

  onIdle(): void {
    if (this.#phase === 'closing') this.#send({ type: 'peer.drained' });
  }

  onThrottled(): void {
    this.#send({ type: 'peer.throttled' });
  }

  onResumed(): void {
    this.#send({ type: 'peer.resumed' });
  }

  onHealth(signal: 'health.answered' | 'health.timedOut'): void {
    this.#owner.onHealth(this, signal);
  }

  #end(ending: PeerEnding, because: string | null): void {
    this.#giveUp();
    this.#lookout?.stop();
    this.#keys?.stop();
    this.#talk?.end(lost(because ?? ending));
    if (ending === 'drained') this.#link?.close();
    else this.#link?.drop();
    this.#chart.stop();
    this.#owner.onEnded(this, ending, because);
  }
}

function forget({ transport, lineage }: Session): void {
  transport.wipe();
  lineage.secret.wipe();
}

const lost = (because: string): Failure => {
  const failure = failRequest('PEER_LOST');
  return { ...failure, message: `${failure.message}: ${because}` };
};
