import { HoldfastError } from '../errors.ts';
import type { Leaf } from './leaf.ts';

/** Which actors fail when a breaker opens, because it guards what they hold. */
export class Trips {
  readonly #byBreaker = new Map<string, Set<Leaf>>();

  add(breaker: string, leaf: Leaf): void {
    const leaves = this.#byBreaker.get(breaker) ?? new Set();
    this.#byBreaker.set(breaker, leaves.add(leaf));
  }

  remove(breaker: string, leaf: Leaf): void {
    const leaves = this.#byBreaker.get(breaker);
    leaves?.delete(leaf);
    if (leaves?.size === 0) this.#byBreaker.delete(breaker);
  }

  /** Fails them, so that their supervisors decide; `error` is why the breaker opened. */
  trip(breaker: string, error: unknown): void {
    for (const leaf of [...(this.#byBreaker.get(breaker) ?? [])]) {
      const message = `breaker "${breaker}", which guards ${leaf.path}, opened`;
      const details = { name: breaker, path: leaf.path };
      leaf.fail(new HoldfastError('BREAKER_OPEN', message, details, { cause: error }));
    }
  }
}
