export interface RetryBudgetOptions {
  /** Retries per call, in the long run. */
  readonly ratio: number;
  /** Retries that may be made at once. */
  readonly burst: number;
}

/**
 * The retries that all calls of one name may make together, so that a backend in trouble is not
 * given more of it: a token bucket that each call fills a little and each retry empties by one.
 */
export class RetryBudget {
  readonly options: RetryBudgetOptions;
  #tokens: number;

  constructor(options: RetryBudgetOptions) {
    this.options = options;
    this.#tokens = options.burst;
  }

  deposit(): void {
    this.#tokens = Math.min(this.options.burst, this.#tokens + this.options.ratio);
  }

  /** Takes one retry; false if there is none left. */
  withdraw(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
