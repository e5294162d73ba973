import { TokenBucket, type TokenBucketOptions } from '../../../machines/token-bucket.ts';
import { Recent } from './recent.ts';

const BUCKETS_MAX = 65_536;

/** A rate for each of many; one that is full again is as good as none, and is forgotten. */
export class Buckets {
  readonly #options: TokenBucketOptions;
  readonly #buckets = new Recent<TokenBucket>(BUCKETS_MAX);

  constructor(options: TokenBucketOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  take(key: string, nowMs: number): boolean {
    return this.#buckets.use(key, () => new TokenBucket(this.#options, nowMs)).take(1, nowMs);
  }

  sweep(nowMs: number): void {
    this.#buckets.sweep((bucket) => bucket.isFull(nowMs));
  }
}
