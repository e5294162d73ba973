/**
 * The restarts a whole runtime may make, so that a storm of failures does not become a storm of
 * restarts: a token bucket that hands out waiting times instead of refusals.
 */
export class RestartBudget {
  readonly #burst: number;
  readonly #perSecond: number;
  /** When the bucket would be full again; earlier than now means it is. Monotonic milliseconds. */
  #fullAtMs = Number.NEGATIVE_INFINITY;

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /**
   * Takes one restart and says how long it must wait, in milliseconds. In any span of t seconds at
   * most `burst + perSecond * t` restarts come due.
   */
  reserve(nowMs: number): number {
    const tokenMs = 1000 / this.#perSecond;
    const spareMs = this.#burst * tokenMs;
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + tokenMs;
    return Math.max(0, this.#fullAtMs - spareMs - nowMs);
  }
}
