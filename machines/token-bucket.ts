export interface TokenBucketOptions {
  /** What flows in, in the long run. */
  readonly perSecond: number;
  /** What may be taken at once, after a rest. */
  readonly burst: number;
}

/** A rate with a burst: of frames, of bytes, of dials. Times are monotonic milliseconds. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  /** Below zero by what was spent ahead. */
  #tokens: number;
  #atMs: number;

  /** It begins full. */
  constructor(options: TokenBucketOptions, nowMs: number) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#atMs = nowMs;
  }

  #fill(nowMs: number): void {
    const { perSecond, burst } = this.#options;
    const flowed = (Math.max(0, nowMs - this.#atMs) * perSecond) / 1_000;
    this.#tokens = Math.min(burst, this.#tokens + flowed);
    this.#atMs = nowMs;
  }

  /** For what can be refused: takes `tokens`, or, if there are fewer, nothing, and says false. */
  take(tokens: number, nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  /**
   * For what has happened already, as bytes that were read: takes `tokens`, however many, and
   * returns for how many milliseconds nothing more may be spent.
   */
  spend(tokens: number, nowMs: number): number {
    this.#fill(nowMs);
    this.#tokens -= tokens;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#options.perSecond) * 1_000);
  }

  /** As if new: whoever keeps many may forget this one. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= this.#options.burst;
  }
}
