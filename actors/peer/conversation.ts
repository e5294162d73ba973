import { TokenBucket, type TokenBucketOptions } from '../../machines/token-bucket.ts';
import { giveBack } from '../../storage/bytes.ts';
import type { Cancel, RandomBytes } from '../../storage/ports.ts';
import type { Link } from '../network.ts';
import { type Failure, failRequest } from '../refusals.ts';
import type { Deadlines } from '../timed.ts';
import { Channel, type ChannelTools } from './channel.ts';
import type { Account } from './ledger.ts';
import { Pings } from './pings.ts';
import type { Asker } from './requests/asked.ts';
import type { Call } from './requests/call.ts';
import type { Payload } from './requests/payload.ts';
import { Requests } from './requests/requests.ts';
import type { TurnQueue } from './turn-queue.ts';
import type { Frame, KeyFrame } from './wire/frame.ts';
import { readFrames } from './wire/frame-reader.ts';
import type { Session } from './wire/handshake.ts';
import type { Role } from './wire/noise.ts';

/** What every message costs besides its bytes, so that small ones are not free. */
const MESSAGE_BYTES_MIN = 256;
/** What a request costs that was one too many: whoever goes on and on is read more slowly. */
const REFUSED_BYTES = 4_096;
/** Of one message, before others have their turn. */
const FRAMES_PER_STEP = 16;
const LARGE_BYTES_MIN = 16_384;
/** Nobody is unread for longer at once: signs of life and proofs have to get through. */
const PAUSE_MS_MAX = 5_000;
/** A peer may use a quarter of a core, while the process is under pressure. */
const EFFORT: TokenBucketOptions = { perSecond: 250, burst: 1_000 };
/** Of a core, in milliseconds: whoever takes more waits for its turn among all who do. */
const SHARE: TokenBucketOptions = { perSecond: 20, burst: 20 };

export interface ConversationTools extends ChannelTools {
  readonly wheel: Deadlines;
  readonly random: RandomBytes;
  readonly account: Account;
  /** What comes in, in bytes. */
  readonly intake: TokenBucketOptions;
  readonly isPressured: () => boolean;
  readonly turns: TurnQueue;
}

/** A message, and what it cost to open it. */
interface Opened {
  /** Trap: frames are pieces of it, and it is given back after the last of them. */
  readonly plain: Uint8Array;
  readonly frames: readonly Frame[];
  readonly bytes: number;
  readonly cryptoMs: number;
}

const NOTHING = { bytes: 0, cryptoMs: 0 };

/** Hears what the other side, and nobody else, has said. None of it may throw. */
export interface ConversationEvents {
  /** It begins: why it is refused, if it is. */
  onRequest(name: string, size: number): Failure | undefined;
  onCall(call: Call): void;
  onFrame(frame: Frame & { readonly kind: 'relay' | 'pass' }): void;
  /** What is wrong with it, if anything is. */
  onKeys(frame: KeyFrame): string | undefined;
  /** Inside a message whose tag verified. */
  onViolated(because: string): void;
  /** A message that is not the next one it sealed: anybody on the path can do that. */
  onForged(): void;
  onBye(): void;
  /** Nothing is open any more, either way. */
  onIdle(): void;
  /** Nothing is read until it is resumed. */
  onThrottled(): void;
  onResumed(): void;
  onHealth(signal: 'health.answered' | 'health.timedOut'): void;
}

/** All that is said between two peers, once each knows who the other one is. */
export class Conversation {
  /** Something came in since this was last put to false. */
  isHeard = false;
  readonly session: Session;
  readonly pings: Pings;
  readonly #link: Link;
  readonly #tools: ConversationTools;
  readonly #events: ConversationEvents;
  readonly #channel: Channel;
  readonly #requests: Requests;
  readonly #intake: TokenBucket;
  readonly #effort: TokenBucket;
  readonly #share: TokenBucket;
  /** It has taken more than its share of late. */
  #isGreedy = false;
  #refusedBytes = 0;
  /** Frames of a message wait for their turn, and so does what came after it. */
  #isBusy = false;
  /** The message that is worked on, or was last. */
  #isLarge = false;
  readonly #unread: Uint8Array[] = [];
  #isOver = false;
  #isFarewellSaid = false;
  #cancelResume: Cancel | undefined;

  constructor(
    role: Role,
    link: Link,
    session: Session,
    tools: ConversationTools,
    events: ConversationEvents,
  ) {
    const { clock, wheel, account, random, intake } = tools;
    const nowMs = clock.monotonicMs();
    this.session = session;
    this.pings = new Pings(random, nowMs);
    this.#link = link;
    this.#tools = tools;
    this.#events = events;
    this.#intake = new TokenBucket(intake, nowMs);
    this.#effort = new TokenBucket(EFFORT, nowMs);
    this.#share = new TokenBucket(SHARE, nowMs);
    this.#requests = new Requests({
      role,
      deadlines: wheel,
      account,
      server: {
        admit: (name, size) => this.#admit(name, size),
        serve: (call) => events.onCall(call),
      },
      onReady: () => this.#ready(),
    });
    this.#channel = new Channel(link, session.transport, this.#requests, tools);
  }

  /**
   * To whoever is greedy, what is ready while a message is worked on is sent in one, after it: but
   * for a large one, of which the other side works on the first half meanwhile.
   */
  #ready(): void {
    if (!this.#isBusy || !this.#isGreedy || this.#isLarge) this.#channel.flushSoon();
  }

  get isIdle(): boolean {
    return this.#requests.isIdle;
  }

  /** Something waits for the other side, which has taken nothing in since this was last asked. */
  get isStalled(): boolean {
    return this.#channel.isStalled;
  }

  /** No message can be sealed any more: SPEC section 7. */
  get isSpent(): boolean {
    return this.session.transport.isSpent;
  }

  ask(name: string, payload: Payload, timeoutMs: number, asker: Asker): () => void {
    return this.#requests.ask(name, payload, timeoutMs, asker);
  }

  /** False if too much waits already. */
  say(frame: Frame): boolean {
    return this.#channel.say(frame);
  }

  /** False if too much waits already. */
  relay(circuit: number, part: Uint8Array): boolean {
    return this.#channel.relay(circuit, part);
  }

  /** What was sent has left. */
  drained(): void {
    this.#channel.drained();
  }

  receive(message: Uint8Array): void {
    if (this.#isBusy) this.#unread.push(message.slice());
    else if (this.#isGreedy && !this.#tools.turns.take()) this.#openInTurn(message.slice());
    else this.#open(message);
  }

  #openInTurn(message: Uint8Array): void {
    this.#goOn(() => {
      this.#open(message);
      giveBack(message);
    });
  }

  #open(message: Uint8Array): void {
    const { clock, account } = this.#tools;
    const fromMs = clock.monotonicMs();
    account.bytesIn += message.length;
    const plain = this.#channel.open(message);
    if (plain === undefined) return this.#events.onForged();
    const read = readFrames(plain);
    if ('violation' in read) return this.#events.onViolated(read.violation);
    this.isHeard = true;
    this.#isLarge = message.length >= LARGE_BYTES_MIN;
    const cryptoMs = clock.monotonicMs() - fromMs;
    account.cryptoMs += cryptoMs;
    account.framesIn += read.length;
    const opened = { plain, frames: read, bytes: message.length, cryptoMs };
    if (read.length > FRAMES_PER_STEP) this.#goOn(() => this.#work(opened, 0));
    else this.#work(opened, 0);
  }

  /** Some of the frames; the others wait, so that nobody else has to wait for all of them. */
  #work(opened: Opened, from: number): void {
    const { frames, plain } = opened;
    const { clock, account } = this.#tools;
    const fromMs = clock.monotonicMs();
    const to = from + FRAMES_PER_STEP;
    for (const frame of frames.slice(from, to)) {
      const violation = this.#take(frame, fromMs);
      if (violation !== undefined) return this.#events.onViolated(violation);
      if (this.#isOver) return;
    }
    const nowMs = clock.monotonicMs();
    account.handlerMs += nowMs - fromMs;
    const { bytes, cryptoMs } = from === 0 ? opened : NOTHING;
    this.#charge(bytes, cryptoMs + nowMs - fromMs, nowMs);
    if (to < frames.length) return this.#goOn(() => this.#work(opened, to));
    giveBack(plain);
    if (this.#isBusy) this.#next();
  }

  #goOn(work: () => void): void {
    if (!this.#isBusy) this.#link.pause();
    this.#isBusy = true;
    this.#tools.turns.add(() => {
      if (!this.#isOver) work();
    });
  }

  /** What was read already, or what comes next. */
  #next(): void {
    this.#channel.flushSoon();
    const message = this.#unread.shift();
    if (message !== undefined) return this.#openInTurn(message);
    this.#isBusy = false;
    if (this.#cancelResume === undefined) this.#link.resume();
  }

  #admit(name: string, size: number): Failure | undefined {
    const refused = this.#events.onRequest(name, size);
    if (refused?.code === 'RATE_LIMITED') this.#refusedBytes += REFUSED_BYTES;
    return refused;
  }

  #take(frame: Frame, nowMs: number): string | undefined {
    switch (frame.kind) {
      case 'ping':
        if (!this.pings.asked(nowMs)) return 'pings';
        return this.say({ kind: 'pong', nonce: frame.nonce.slice() }) ? undefined : 'pings';
      case 'pong':
        if (this.pings.answered(frame.nonce, nowMs)) this.#events.onHealth('health.answered');
        return undefined;
      case 'bye':
        this.#events.onBye();
        return undefined;
      case 'rekey':
        this.session.transport.rekeyReceiving();
        return undefined;
      case 'offer':
      case 'answer':
      case 'switch':
        return this.#events.onKeys(frame);
      case 'pass':
      case 'relay':
        this.#events.onFrame(frame);
        return undefined;
      default:
        return this.#requests.receive(frame);
    }
  }

  /** Whoever spends more than it has is read again once that has come back, or it is time to. */
  #charge(bytes: number, effortMs: number, nowMs: number): void {
    const { isPressured, clock } = this.#tools;
    const intakeMs = this.#intake.spend(
      (bytes > 0 ? Math.max(bytes, MESSAGE_BYTES_MIN) : 0) + this.#refusedBytes,
      nowMs,
    );
    this.#refusedBytes = 0;
    const tooMuchMs = this.#effort.spend(effortMs, nowMs);
    this.#isGreedy = this.#share.spend(effortMs, nowMs) > 0;
    const waitMs = Math.max(intakeMs, isPressured() ? tooMuchMs : 0);
    if (waitMs === 0 || this.#cancelResume !== undefined) return;
    this.#link.pause();
    this.#cancelResume = clock.after(Math.min(waitMs, PAUSE_MS_MAX), () => {
      this.#cancelResume = undefined;
      if (!this.#isBusy) this.#link.resume();
      this.#events.onResumed();
    });
    this.#events.onThrottled();
  }

  /** What was asked last is too late to be answered now. */
  endHealthCheck(): void {
    if (this.pings.giveUp()) this.#events.onHealth('health.timedOut');
  }

  /** Asks whether the other side is there. */
  checkHealth(): void {
    const nonce = this.pings.begin(this.#tools.clock.monotonicMs());
    this.say({ kind: 'ping', nonce });
  }

  /** Asks for no more, and says so; what is open is answered. */
  close(): void {
    // Not while the last frames are on their way out.
    const idle = (): void => this.#tools.clock.soon(() => this.#events.onIdle());
    this.#requests.stopAsking(failRequest('RUNTIME_STOPPED'), idle);
    if (this.#isFarewellSaid) return;
    this.#isFarewellSaid = true;
    this.say({ kind: 'bye' });
    this.#channel.flush();
  }

  end(failure: Failure): void {
    this.#isOver = true;
    this.#unread.length = 0;
    this.#cancelResume?.();
    this.#channel.end();
    this.#requests.end(failure);
    this.#tools.account.close();
  }
}
