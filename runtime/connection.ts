import { onAbort } from '../actors/on-abort.ts';
import type { PeerActor } from '../actors/peer/peer.actor.ts';
import type { Expected } from '../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../actors/peer/wire/peer-id.ts';
import type { Refusal } from '../actors/refusals.ts';
import type { RandomStream } from '../actors/world.ts';
import { equalJitterMs } from '../machines/backoff.ts';
import type { PeerEnding } from '../machines/peer.machine.ts';
import type { Cancel, Clock } from '../storage/ports.ts';
import { type Breaker, type Permit, refusalError } from './breaker.ts';
import { HoldfastError } from './errors.ts';
import { maskName } from './masking.ts';
import type { Peer } from './peer.ts';
import type { PeerHost, Watcher } from './peer-host.ts';
import type { Pins } from './pins.ts';

type Because = string | null;

/** A connection that lasted so long was a good one. */
const LASTING_MS = 10_000;
const RETRY = { minMs: 200, maxMs: 5_000, factor: 2 };

export interface ConnectionTools {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly host: PeerHost;
  breakerOf(name: string): Breaker;
  /** Whoever answered there first; undefined if nobody did. */
  readonly pins: Pick<Pins, 'get' | 'set'>;
}

/**
 * A url that is dialled again whenever its connection is lost, behind a breaker of its own. While
 * whoever is there is connected otherwise, as by a dial of its own, that is the connection.
 */
export class Connection implements Watcher {
  readonly #target: URL;
  readonly #identity: string | undefined;
  readonly #tools: ConnectionTools;
  readonly #breaker: Breaker;
  readonly #onClosed: () => void;
  readonly #first: Promise<Peer>;
  #settle: { resolve(peer: Peer): void; reject(error: unknown): void } | undefined;
  /** Who has to answer; anybody if undefined. */
  #expected: Expected | undefined;
  /** Who answered last, or has to. */
  #id: string | undefined;
  #pass: Uint8Array | undefined;
  #actor: PeerActor | undefined;
  #permit: Permit | undefined;
  #tries = 0;
  #openedMs = 0;
  #isClosed = false;
  /** Of whatever it waits for before it is dialled again. */
  #cancelWait: Cancel | undefined;

  constructor(
    target: URL,
    identity: string | undefined,
    tools: ConnectionTools,
    onClosed: () => void,
  ) {
    this.#target = target;
    this.#identity = identity;
    this.#tools = tools;
    this.#onClosed = onClosed;
    this.#expected = expectedOf(identity, tools.pins.get(target.href), tools.host);
    this.#id = this.#expected?.id;
    this.#breaker = tools.breakerOf(`peer ${target.host} ${this.#id ?? 'any'}`);
    this.#first = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever gave up waiting hears nothing of it.
    this.#first.catch(() => {});
  }

  /** Whether it is, or may turn out to be, what somebody else asks for, too. */
  accepts(identity: string | undefined): boolean {
    if (this.#isClosed) return false;
    const isAnybody = identity === undefined || identity === 'any';
    return isAnybody || this.#id === undefined || this.#isFor(identity);
  }

  /** Who was asked for, or whom its records led to since. */
  #isFor(identity: string): boolean {
    return this.leadsTo(identity) || this.#identity === identity;
  }

  /** Whether whoever answers there is connected. */
  get isOpen(): boolean {
    return this.#actor?.wasLive === true;
  }

  /** Whoever is dialled is not there, on this way or another. */
  get isAway(): boolean {
    return this.#id === undefined || !this.#tools.host.isConnected(this.#id);
  }

  leadsTo(id: string): boolean {
    const { host } = this.#tools;
    return this.#id !== undefined && host.presentOf(this.#id) === host.presentOf(id);
  }

  /** The peer there, once it has proved who it is for the first time. */
  async opened(identity: string | undefined, signal: AbortSignal | undefined): Promise<Peer> {
    const peer = await this.#firstOr(signal);
    if (identity === undefined || identity === 'any' || this.#isFor(identity)) return peer;
    throw strayed(this.#target.href);
  }

  #firstOr(signal: AbortSignal | undefined): Promise<Peer> {
    if (signal === undefined) return this.#first;
    return new Promise((resolve, reject) => {
      const forget = onAbort(signal, () => {
        reject(signal.reason);
        if (this.#settle !== undefined) this.close();
      });
      this.#first.then(resolve, reject).finally(forget);
    });
  }

  begin(): void {
    if (this.#joins(this.#id)) return;
    const refusal = this.#dial();
    if (refusal !== undefined) this.#fail(refusalError(this.#breaker.name, refusal));
  }

  /** Undefined if the breaker lets it be dialled. */
  #dial(): Refusal | undefined {
    const admitted = this.#breaker.admit();
    if (!admitted.admitted) return admitted;
    this.#permit = admitted;
    this.#goOn();
    const target = { url: this.#target.href, expected: this.#expected, pass: this.#pass };
    this.#actor = this.#tools.host.dial(target, this);
    return undefined;
  }

  /** Whether it is connected already: then it is dialled once that has ended. */
  #joins(id: string | undefined): boolean {
    const { host } = this.#tools;
    if (id === undefined || !host.isLinked(id)) return false;
    this.#tries = 0;
    this.#id = id;
    this.#cancelWait = host.onceUnlinked(id, () => this.#retryLater(0));
    this.#settle?.resolve(host.face(id));
    this.#settle = undefined;
    return true;
  }

  onOpened(actor: Pick<PeerActor, 'peer'>): void {
    const { host } = this.#tools;
    const { id, records = [] } = actor.peer ?? {};
    if (id === undefined) return;
    this.#openedMs = this.#tools.clock.monotonicMs();
    this.#permit?.succeed();
    this.#id = id;
    this.#pin({ id, records });
    this.#settle?.resolve(host.face(id));
    this.#settle = undefined;
  }

  /** Whoever is there, if anybody may be. */
  #pin(known: Expected): void {
    if (this.#identity === 'any') return;
    const { pins } = this.#tools;
    pins.set(this.#target.href, known);
    this.#expected = pins.get(this.#target.href);
  }

  /** From the newest key that is known: whoever came by itself may be many keys on. */
  #goOn(): void {
    if (this.#expected === undefined) return;
    const known = this.#tools.host.knownOf(this.#expected.id);
    if (known.id !== this.#expected.id) this.#pin(known);
  }

  onPass(pass: Uint8Array): void {
    this.#pass = pass;
  }

  onEnded({ claimed }: Pick<PeerActor, 'claimed'>, ending: PeerEnding, because: Because): void {
    this.#actor = undefined;
    if (this.#isClosed) return this.#permit?.ignore();
    if (this.#joins(claimed ?? this.#id)) return this.#permit?.succeed();
    const error = errorOf(this.#target.href, ending, because);
    this.#permit?.fail(error);
    const nowMs = this.#tools.clock.monotonicMs();
    // Whoever lets us in and drops us at once is dialled less and less often.
    if (nowMs - this.#openedMs >= LASTING_MS) this.#tries = 0;
    this.#openedMs = nowMs;
    if (this.#settle !== undefined) this.#fail(error);
    if (!this.#isClosed) this.#retryLater(0);
  }

  #retryLater(leastMs: number): void {
    const { clock, random } = this.#tools;
    const delayMs = Math.max(leastMs, equalJitterMs(RETRY, this.#tries, random.draw()));
    this.#tries += 1;
    this.#cancelWait = clock.after(delayMs, () => {
      if (this.#joins(this.#id)) return;
      if (this.#id !== undefined) this.#tools.host.seek(this.#id);
      const refusal = this.#dial();
      if (refusal !== undefined) this.#retryLater(refusal.retryAfterMs ?? RETRY.maxMs);
    });
  }

  #fail(error: HoldfastError): void {
    this.#settle?.reject(error);
    this.#settle = undefined;
    this.close();
  }

  /** It is not dialled any more; what is open is answered. */
  close(error = new HoldfastError('PEER_LOST', 'the connection was closed')): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelWait?.();
    this.#settle?.reject(error);
    this.#settle = undefined;
    this.#onClosed();
    this.#actor?.close();
  }
}

/** A pin that its records have led to from the identity that is asked for knows more than that. */
function expectedOf(
  identity: string | undefined,
  pin: Expected | undefined,
  host: Pick<PeerHost, 'presentOf'>,
): Expected | undefined {
  if (identity === undefined) return pin;
  if (identity === 'any') return undefined;
  if (pin !== undefined && host.presentOf(identity) === host.presentOf(pin.id)) return pin;
  const isLed = pin?.records.some(({ key }) => peerIdOf(key) === identity) === true;
  return isLed || pin?.id === identity ? pin : { id: identity, records: [] };
}

export function strayed(href: string): HoldfastError {
  const url = maskName(href);
  const message = `another peer than expected answers at ${url}`;
  return new HoldfastError('PEER_IDENTITY_CHANGED', message, { url });
}

/** What those mean who say no more, so that strangers learn nothing. */
const WORDS: Readonly<Record<string, string>> = {
  self: 'this runtime itself answers',
  forged: 'its handshake does not verify, as that of a peer with another network.name',
  'link.lost': 'it ended the connection, as it does with whom it does not let in',
  'handshake.timedOut': 'it says nothing more, as it does to whom it does not let in',
  'link.violated': 'what answers speaks another protocol',
};

function errorOf(href: string, ending: PeerEnding, because: string | null): HoldfastError {
  const url = maskName(href);
  const details = { url, because: because ?? ending };
  if (because === 'stranger') return strayed(href);
  if (ending === 'refused') {
    return new HoldfastError('PEER_REFUSED', `the peer at ${url} lets nobody in now`, details);
  }
  const message = `no peer can be reached at ${url}: ${WORDS[details.because] ?? details.because}`;
  return new HoldfastError('PEER_UNREACHABLE', message, details);
}
