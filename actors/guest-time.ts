import type { Clock } from '../storage/ports.ts';

/** A moment, and what guests had taken by then. */
export interface Mark {
  readonly atMs: number;
  readonly tookMs: number;
}

/** Of one core: who is late while guests take as much may be so by their doing. */
const MUCH = 0.5;

/** What guests take of the processor while they run what is not trusted, at all levels together. */
export class GuestTime {
  readonly #clock: Clock;
  #tookMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was measured; of what nobody could measure, as much as can have been. */
  add(tookMs: number): void {
    this.#tookMs += tookMs;
  }

  mark(): Mark {
    return { atMs: this.#clock.monotonicMs(), tookMs: this.#tookMs };
  }

  isMuchSince({ atMs, tookMs }: Mark): boolean {
    return this.#tookMs - tookMs >= (this.#clock.monotonicMs() - atMs) * MUCH;
  }
}
