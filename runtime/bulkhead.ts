import { Timed } from '../actors/timed.ts';
import type { Containment, Owner } from '../actors/world.ts';
import { HoldfastError, withoutStack } from './errors.ts';
import { Fifo } from './kernel/fifo.ts';
import type { TimerWheel } from './kernel/timer-wheel.ts';

export interface BulkheadOptions {
  readonly callsMax: number;
  readonly queueMax: number;
  readonly queueMs: number;
  readonly leaseMs: number;
}

/** Places that were given up and stay in the queue, before it is swept. */
const LEFT_MAX = 64;

type OnEntered = (place: Place, error?: Error) => void;

/** One call's place in a bulkhead: first in the queue, then at work, then given back. */
export class Place extends Timed {
  /** Whoever waits: the work begins on the stack of the call that leaves, and is not its. */
  readonly owner: Owner | undefined;
  readonly #bulkhead: Bulkhead;
  #onEntered: OnEntered | undefined;

  constructor(bulkhead: Bulkhead, owner: Owner | undefined, onEntered: OnEntered) {
    super();
    this.owner = owner;
    this.#bulkhead = bulkhead;
    this.#onEntered = onEntered;
  }

  get isWaiting(): boolean {
    return this.#onEntered !== undefined;
  }

  enter(error?: Error): void {
    const onEntered = this.#onEntered;
    this.#onEntered = undefined;
    onEntered?.(this, error);
  }

  /** It waits no longer, and nobody wants to know. */
  giveUp(): void {
    this.#onEntered = undefined;
  }

  /** It waited, or worked, as long as it may. */
  expire(): void {
    this.#bulkhead.expire(this);
  }

  leave(): void {
    this.#bulkhead.leave(this);
  }

  abandon(error: Error): void {
    if (this.isWaiting) this.#bulkhead.refuseWaiting(error);
  }
}

/**
 * At most so many calls at once, and so many that wait. A place is taken until the call itself has
 * settled: that its caller gave up on it does not make it any less at work.
 */
export class Bulkhead {
  readonly options: BulkheadOptions;
  readonly #name: string;
  readonly #wheel: TimerWheel;
  readonly #containment: Containment;
  /** In the order they came; those that left stay in it until it is mostly them. */
  readonly #queue = new Fifo<Place>();
  #waiting = 0;
  readonly #working = new Set<Place>();
  #isFilling = false;

  constructor(name: string, options: BulkheadOptions, wheel: TimerWheel, containment: Containment) {
    this.#containment = containment;
    this.#name = name;
    this.options = options;
    this.#wheel = wheel;
  }

  /** Calls `onEntered` once there is room, perhaps at once; or with why there is none. */
  enter(onEntered: OnEntered): Place {
    const place = new Place(this, this.#containment.current(), onEntered);
    const { callsMax, queueMax, queueMs } = this.options;
    if (this.#working.size < callsMax && this.#waiting === 0) {
      this.#begin(place);
    } else if (this.#waiting < queueMax) {
      this.#queue.push(place);
      this.#waiting += 1;
      this.#wheel.arm(place, queueMs);
    } else {
      place.enter(this.#full('as many calls run and wait as may'));
    }
    return place;
  }

  /** Whether it would be missed. */
  get isBusy(): boolean {
    return this.#working.size + this.#waiting > 0;
  }

  #begin(place: Place): void {
    this.#working.add(place);
    this.#wheel.arm(place, this.options.leaseMs);
    place.enter();
  }

  #full(because: string): HoldfastError {
    const { callsMax, queueMax } = this.options;
    const details = { name: this.#name, callsMax, queueMax };
    const message = `no call to "${this.#name}": ${because}`;
    return withoutStack(() => new HoldfastError('BULKHEAD_FULL', message, details));
  }

  expire(place: Place): void {
    if (!place.isWaiting) return this.leave(place);
    this.#waiting -= 1;
    place.enter(this.#full(`no room within ${this.options.queueMs} ms`));
  }

  /** Gives its place back, if it has one still. */
  leave(place: Place): void {
    this.#wheel.cancel(place);
    if (this.#working.delete(place)) return this.#fill();
    if (!place.isWaiting) return;
    place.giveUp();
    this.#waiting -= 1;
    if (this.#queue.size > 2 * this.#waiting + LEFT_MAX) this.#sweepQueue();
  }

  #sweepQueue(): void {
    const waiting = this.#queue.takeAll().filter((place) => place.isWaiting);
    for (const place of waiting) this.#queue.push(place);
  }

  #takeNext(): Place | undefined {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (!next.isWaiting) continue;
      this.#wheel.cancel(next);
      this.#waiting -= 1;
      return next;
    }
    return undefined;
  }

  /** One that begins may leave at once: that is the loop's next round, and no recursion. */
  #fill(): void {
    if (this.#isFilling) return;
    this.#isFilling = true;
    while (this.#working.size < this.options.callsMax) {
      const next = this.#takeNext();
      if (next === undefined) break;
      this.#containment.run(next.owner, () => this.#begin(next));
    }
    this.#isFilling = false;
  }

  /** Sends all who wait now away, with `error`. */
  refuseWaiting(error: Error): void {
    for (let left = this.#waiting; left > 0; left--) this.#takeNext()?.enter(error);
  }
}
