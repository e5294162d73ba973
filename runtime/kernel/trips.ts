import type { Opened } from '../../actors/breaker.actor.ts';
import { HoldfastError } from '../errors.ts';
import type { Leaf } from './leaf.ts';

/** What a trip needs of an actor. */
type Guarded = Pick<Leaf, 'path' | 'isSettled' | 'fail'>;

/** Which actors fail when a breaker opens, because it guards what they hold. */
export class Trips {
  readonly #byBreaker = new Map<string, Set<Guarded>>();

  add(breaker: string, leaf: Guarded): void {
    const leaves = this.#byBreaker.get(breaker) ?? new Set();
    this.#byBreaker.set(breaker, leaves.add(leaf));
  }

  remove(breaker: string, leaf: Guarded): void {
    const leaves = this.#byBreaker.get(breaker);
    leaves?.delete(leaf);
    if (leaves?.size === 0) this.#byBreaker.delete(breaker);
  }

  /**
   * Fails them, so that their supervisors decide; those that came back just before are spared,
   * however often the breaker opens.
   */
  trip({ name, error, factId }: Opened): void {
    for (const leaf of [...(this.#byBreaker.get(name) ?? [])]) {
      if (!leaf.isSettled) continue;
      const message = `breaker "${name}", which guards ${leaf.path}, opened`;
      const details = { name, path: leaf.path };
      leaf.fail(new HoldfastError('BREAKER_OPEN', message, details, { cause: error }), factId);
    }
  }
}
