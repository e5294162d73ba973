import type { Observable } from 'rxjs';
import type { FactType } from '../actors/fact-family.ts';
import type { World } from '../actors/world.ts';
import { Audience } from './audience.ts';
import { describeError } from './errors.ts';
import { Fifo } from './kernel/fifo.ts';
import { maskName } from './masking.ts';
import { redactor } from './redaction.ts';

/**
 * Something that happened, as a CloudEvents 1.0 record. `causationid` names the fact that led to
 * it, so that a chain can be walked back to its first cause.
 */
export interface Fact {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The path of the actor it is about; absent if it is about the whole runtime. */
  readonly subject?: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly causationid?: string;
}

/** Hears of facts before anybody else does, of those it wants. It may not throw. */
export interface Recorder {
  wants(type: string): boolean;
  take(fact: Fact): void;
}

/** A fact, for whoever heeds it within the runtime. */
export type Heard = Pick<Fact, 'id' | 'type' | 'data'> & { readonly subject: string };

type FactsWorld = Pick<World, 'clock' | 'random' | 'containment' | 'log'>;

/** Facts that subscribers themselves cause wait for the next turn; this many at most. */
const DEFERRED_MAX = 10_000;

/** The facts of one runtime, told to whoever subscribes, in the order they happened. */
export class Facts {
  readonly events$: Observable<Fact>;
  recorder: Recorder | undefined;
  /**
   * Hears of every fact before those who subscribe, with its data as it is, not redacted: `make`
   * gives the fact itself, now or later. It may not throw.
   */
  onlooker: ((make: () => Fact, data: Fact['data']) => void) | undefined;
  readonly #world: FactsWorld;
  readonly #source: string;
  readonly #boot: string;
  readonly #audience = new Audience<Fact>();
  readonly #hearers = new Map<FactType, ((heard: Heard) => void)[]>();
  readonly #deferred = new Fifo<Fact>();
  #published = 0;
  #writtenMs = Number.NaN;
  #written = '';
  #lost = 0;
  #isTelling = false;
  #isTurnAsked = false;
  #led: string | undefined;

  constructor(world: FactsWorld, name: string) {
    this.#world = world;
    this.#source = `holdfast/${name}`;
    this.#boot = Buffer.from(world.random.stream('facts').bytes(6)).toString('hex');
    this.events$ = this.#audience.observe((error) => {
      this.publish('subscriber.failed', '', { error: describeError(error) });
      world.log.error({ error: describeError(error) }, 'a subscriber threw and was unsubscribed');
    });
  }

  /**
   * Tells what of `data` may be told: see redaction.ts. Returns the id of the fact, for others to
   * name as their cause.
   */
  publish(
    type: FactType,
    subject: string,
    data: Readonly<Record<string, unknown>>,
    causationid = this.#led,
  ): string {
    this.#published += 1;
    const id = `${this.#boot}-${this.#published}`;
    this.#publish(id, type, subject, data, causationid);
    const hearers = this.#hearers.get(type);
    if (hearers !== undefined) for (const hear of hearers) hear({ id, type, subject, data });
    return id;
  }

  /** What `work` tells on its stack was led to by that fact, where it names no other. */
  ledBy<Result>(causationid: string, work: () => Result): Result {
    const before = this.#led;
    this.#led = causationid;
    try {
      return work();
    } finally {
      this.#led = before;
    }
  }

  /**
   * Calls `hearer`, which may not throw, on the stack of whoever tells a fact of that type, once
   * all others have been told. What it hears is not redacted.
   */
  hear(type: FactType, hearer: (heard: Heard) => void): void {
    this.#hearers.set(type, [...(this.#hearers.get(type) ?? []), hearer]);
  }

  #publish(
    id: string,
    type: FactType,
    subject: string,
    data: Readonly<Record<string, unknown>>,
    causationid: string | undefined,
  ): void {
    const isRecorded = this.recorder?.wants(type) === true;
    const { onlooker } = this;
    const isHeard = !this.#audience.isEmpty || isRecorded;
    if (!isHeard && onlooker === undefined) return;
    const wallMs = this.#world.clock.wallMs();
    const make = (): Fact => ({
      specversion: '1.0',
      id,
      source: this.#source,
      type,
      ...(subject === '' ? {} : { subject: maskName(subject) }),
      time: new Date(wallMs).toISOString(),
      data: redactor.fields(data),
      ...(causationid === undefined ? {} : { causationid }),
    });
    if (!isHeard) {
      onlooker?.(make, data);
      return;
    }
    const fact = make();
    if (isRecorded) this.recorder?.take(fact);
    onlooker?.(() => fact, data);
    if (this.#audience.isEmpty) return;
    if (this.#isTelling || this.#deferred.size > 0) this.#defer(fact);
    else this.#tell(fact);
  }

  /** What an event of an embedder gets from here: an id of its own, where it is from, and when. */
  fill(): Pick<Fact, 'id' | 'source' | 'time'> {
    this.#published += 1;
    return { id: `${this.#boot}-${this.#published}`, source: this.#source, time: this.#time() };
  }

  /** Records of one burst share a millisecond, and to write it down is not cheap. */
  #time(): string {
    const nowMs = Math.round(this.#world.clock.wallMs());
    if (nowMs !== this.#writtenMs) this.#written = new Date(nowMs).toISOString();
    this.#writtenMs = nowMs;
    return this.#written;
  }

  /** No fact follows. */
  close(): void {
    for (const fact of this.#deferred.takeAll()) this.#tell(fact);
    this.#audience.close(this.#world.containment);
  }

  #tell(fact: Fact): void {
    this.#isTelling = true;
    try {
      this.#audience.tell(fact, this.#world.containment);
    } finally {
      this.#isTelling = false;
    }
  }

  #defer(fact: Fact): void {
    if (this.#deferred.size >= DEFERRED_MAX) {
      this.#lost += 1;
      return;
    }
    this.#deferred.push(fact);
    if (this.#isTurnAsked) return;
    this.#isTurnAsked = true;
    this.#world.clock.soon(() => this.#tellDeferred());
  }

  /** What is deferred meanwhile asks for a turn of its own. */
  #tellDeferred(): void {
    this.#isTurnAsked = false;
    for (let left = this.#deferred.size; left > 0; left--) {
      const fact = this.#deferred.shift();
      if (fact !== undefined) this.#tell(fact);
    }
    if (this.#lost > 0) {
      this.#world.log.error(
        { lost: this.#lost },
        'subscribers cause facts faster than they go out',
      );
      this.#lost = 0;
    }
  }
}
