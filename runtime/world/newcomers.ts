import type { Clock } from '../../storage/ports.ts';

/** So long they are met at once, and then none of them for so long. */
const MEET_MS = 0.5;
const REST_MS = 4;
const WAITING_MAX = 512;

type NewcomersClock = Pick<Clock, 'soon' | 'after' | 'monotonicMs'>;

/**
 * The line of those who are not upgraded yet. However many come at once, they have a small part of
 * the time of the process: whoever is known already waits for no more than that.
 */
export class Newcomers {
  readonly #clock: NewcomersClock;
  readonly #arrivals: (() => void)[] = [];
  readonly #asking: (() => void)[] = [];
  #isResting = false;

  constructor(clock: NewcomersClock) {
    this.#clock = clock;
  }

  get #waiting(): number {
    return this.#arrivals.length + this.#asking.length;
  }

  /** Of somebody who has just come. False if too many wait already. */
  arrive(step: () => void): boolean {
    return this.#add(this.#arrivals, step);
  }

  /** Of somebody who was met before, and is in line before all who were not. */
  ask(step: () => void): boolean {
    return this.#add(this.#asking, step);
  }

  #add(line: (() => void)[], step: () => void): boolean {
    if (this.#waiting >= WAITING_MAX) return false;
    line.push(step);
    if (this.#waiting === 1 && !this.#isResting) this.#clock.soon(this.#run);
    return true;
  }

  readonly #run = (): void => {
    const untilMs = this.#clock.monotonicMs() + MEET_MS;
    this.#isResting = true;
    try {
      do (this.#asking.shift() ?? this.#arrivals.shift())?.();
      while (this.#waiting > 0 && this.#clock.monotonicMs() < untilMs);
    } finally {
      this.#clock.after(REST_MS, this.#rested);
    }
  };

  readonly #rested = (): void => {
    this.#isResting = false;
    if (this.#waiting > 0) this.#run();
  };
}
