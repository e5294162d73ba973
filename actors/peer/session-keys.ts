import {
  type SessionEmitted,
  type SessionEvent,
  type SessionInput,
  sessionMachine,
} from '../../machines/session.machine.ts';
import { TokenBucket, type TokenBucketOptions } from '../../machines/token-bucket.ts';
import { hex } from '../../storage/bytes.ts';
import type { Clock } from '../../storage/ports.ts';
import type { Chart, Kernel } from '../world.ts';
import type { Conversation } from './conversation.ts';
import type { Self } from './self.ts';
import type { KeyFrame } from './wire/frame.ts';
import type { Lineage } from './wire/handshake.ts';
import { answer, Offer, type Rotated, type RotationOptions } from './wire/rotation.ts';
import { suites } from './wire/suites.ts';

/** Of the longest time: so much earlier at most, so that not all come due at once. */
const EARLIER = 0.1;
/** As many as the other side may make. */
const OFFERS: TokenBucketOptions = { perSecond: 16 / 3_600, burst: 16 };
/** As many as are asked for here: some that are due and some that cross are within those, too. */
const ASKED: TokenBucketOptions = { perSecond: 8 / 3_600, burst: 6 };

const phases = ['resting', 'offering', 'answering'] as const;
type Phase = (typeof phases)[number] | 'overdue';

export interface SessionKeysTools {
  readonly kernel: Pick<Kernel, 'startChart'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly self: Self;
  readonly deadlines: SessionInput;
}

export interface SessionKeysEvents {
  /** Both directions have new keys, or turn to them with what is sent next. */
  onRotated(): void;
  drop(because: string): void;
}

/** SPEC section 7: the keys of one connection, which are new once a day, or when somebody asks. */
export class SessionKeys {
  readonly #tools: SessionKeysTools;
  readonly #talk: Pick<Conversation, 'session' | 'say'>;
  readonly #events: SessionKeysEvents;
  readonly #options: RotationOptions;
  readonly #chart: Chart<typeof sessionMachine>;
  readonly #offers: TokenBucket;
  readonly #asked: TokenBucket;
  /** If both offer at once, ours goes before theirs. */
  readonly #isFirst: boolean;
  /** Follows from the chart's tags alone. */
  #phase: Phase = 'resting';
  #lineage: Lineage;
  #offer: Offer | undefined;
  #answer: Uint8Array | undefined;

  constructor(
    tools: SessionKeysTools,
    talk: Pick<Conversation, 'session' | 'say'>,
    events: SessionKeysEvents,
  ) {
    const { primitives, random, credentials } = tools.self;
    const { session } = talk;
    const suite = suites.find(({ number }) => number === session.suite);
    if (suite === undefined) throw new RangeError(`there is no suite ${session.suite}`);
    this.#tools = tools;
    this.#talk = talk;
    this.#events = events;
    this.#options = { primitives, random, suite, staticKey: credentials.staticKey };
    const own = hex(credentials.staticKey.publicKey);
    this.#isFirst = own < hex(session.lineage.remoteStatic);
    const nowMs = tools.clock.monotonicMs();
    this.#offers = new TokenBucket(OFFERS, nowMs);
    this.#asked = new TokenBucket(ASKED, nowMs);
    this.#lineage = session.lineage;
    this.#chart = tools.kernel.startChart(sessionMachine, {
      id: 'session',
      input: { ...tools.deadlines, rotateMs: this.#rotateMs() },
      onMoved: (snapshot) => {
        this.#phase = phases.find((phase) => snapshot.hasTag(phase)) ?? 'overdue';
      },
      onEmitted: (emitted) => this.#hear(emitted),
    });
  }

  /** New keys as soon as can be; false if it had as many lately as the other side bears. */
  rotate(): boolean {
    if (!this.#asked.take(1, this.#tools.clock.monotonicMs())) return false;
    this.#send({ type: 'session.rotate' });
    return true;
  }

  #send(event: SessionEvent): void {
    if (this.#phase !== 'overdue') this.#chart.send(event);
  }

  /** What is wrong with it, if anything is: then the other side breaks the rules. */
  take(frame: KeyFrame): string | undefined {
    switch (frame.kind) {
      case 'offer':
        return this.#offered(frame.part);
      case 'answer':
        return this.#answered(frame.part);
      case 'switch':
        return this.#switched();
    }
  }

  #hear({ type }: SessionEmitted): void {
    if (type === 'session.overdue') this.#events.drop('its keys are overdue');
    else if (type === 'session.rotated') this.#events.onRotated();
    else if (type === 'session.offer') this.#sendOffer();
    else if (type === 'session.answer') this.#sendAnswer();
  }

  #sendOffer(): void {
    this.#offer = Offer.of(this.#options, this.#lineage);
    if (this.#offer !== undefined) this.#say({ kind: 'offer', part: this.#offer.message });
  }

  #sendAnswer(): void {
    const part = this.#answer;
    this.#answer = undefined;
    if (part !== undefined) this.#say({ kind: 'answer', part });
  }

  #say(frame: KeyFrame): void {
    if (!this.#talk.say(frame)) this.#events.drop('its keys cannot be rotated');
  }

  #offered(part: Uint8Array): string | undefined {
    if (!this.#offers.take(1, this.#tools.clock.monotonicMs())) return 'offers';
    if (this.#phase === 'answering') return 'offer';
    const yields = this.#phase === 'offering' && this.#isFirst;
    if (!yields) {
      const answered = answer(this.#options, this.#lineage, part);
      if (answered === undefined) return 'offer';
      this.#offer = undefined;
      this.#answer = answered.message;
      this.#renew(answered);
    }
    this.#send({ type: 'rotation.offered', yields });
    return undefined;
  }

  #answered(part: Uint8Array): string | undefined {
    const rotated = this.#phase === 'offering' ? this.#offer?.answered(part) : undefined;
    if (rotated === undefined) return 'answer';
    this.#offer = undefined;
    this.#renew(rotated);
    this.#talk.session.transport.turnReceiving();
    this.#say({ kind: 'switch' });
    this.#send({ type: 'rotation.answered', rotateMs: this.#rotateMs() });
    return undefined;
  }

  #switched(): string | undefined {
    if (this.#phase !== 'answering') return 'switch';
    this.#talk.session.transport.turnReceiving();
    this.#send({ type: 'rotation.switched', rotateMs: this.#rotateMs() });
    return undefined;
  }

  #renew({ ciphers, lineage }: Rotated): void {
    this.#talk.session.transport.prepare(ciphers);
    this.#lineage.secret.wipe();
    this.#lineage = lineage;
  }

  #rotateMs(): number {
    const [high = 0, low = 0] = this.#tools.self.random(2);
    const drawn = (high * 256 + low) / 65_536;
    return Math.round(this.#tools.deadlines.rotateMs * (1 - EARLIER * drawn));
  }

  stop(): void {
    this.#chart.stop();
    this.#lineage.secret.wipe();
    this.#offer = undefined;
  }
}
