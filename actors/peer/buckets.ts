import { TokenBucket, type TokenBucketOptions } from '../../machines/token-bucket.ts';

const BUCKETS_MAX = 50_000;

/** A rate for each of many; one that is full again is as good as none, and is forgotten. */
export class Buckets {
  readonly #options: TokenBucketOptions;
  /** The longest unused first. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: TokenBucketOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  take(key: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#options, nowMs);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > BUCKETS_MAX) this.#forgetFirst();
    return bucket.take(1, nowMs);
  }

  #forgetFirst(): void {
    for (const key of this.#buckets.keys()) return void this.#buckets.delete(key);
  }

  sweep(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(key);
  }
}
