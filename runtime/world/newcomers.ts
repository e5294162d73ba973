import type { Clock } from '../../storage/ports.ts';

/** After this long in one turn, whoever is next waits for the next one. */
const TURN_MS = 0.5;
const WAITING_MAX = 512;

/**
 * The line of those who are not upgraded yet. However many come at once, a turn of the process has
 * little of its time for them: whoever is known already waits for no more than that.
 */
export class Newcomers {
  readonly #clock: Pick<Clock, 'soon' | 'monotonicMs'>;
  readonly #steps: (() => void)[] = [];

  constructor(clock: Pick<Clock, 'soon' | 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** False if too many wait already. */
  add(step: () => void): boolean {
    if (this.#steps.length >= WAITING_MAX) return false;
    this.#steps.push(step);
    if (this.#steps.length === 1) this.#clock.soon(this.#run);
    return true;
  }

  readonly #run = (): void => {
    const untilMs = this.#clock.monotonicMs() + TURN_MS;
    try {
      for (let [next] = this.#steps; next !== undefined; [next] = this.#steps) {
        this.#take(next);
        if (this.#clock.monotonicMs() >= untilMs) break;
      }
    } finally {
      if (this.#steps.length > 0) this.#clock.soon(this.#run);
    }
  };

  #take(step: () => void): void {
    try {
      step();
    } finally {
      // Only now: what it added found it in its place, and has not asked for a turn of its own.
      this.#steps.shift();
    }
  }
}
