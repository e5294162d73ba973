import type { Cancel } from '../storage/ports.ts';

const bySignal = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `listener`, which may not throw, once `signal` aborts. However many wait for one signal, it
 * has one listener: Node warns of more than ten.
 * @throws {TypeError} for a signal that is none.
 */
export function onAbort(signal: AbortSignal, listener: () => void): Cancel {
  const waiting = bySignal.get(signal) ?? new Waiting(signal);
  bySignal.set(signal, waiting);
  waiting.add(listener);
  return () => waiting.delete(listener);
}

class Waiting {
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<() => void>();
  readonly #tell = (): void => {
    for (const listener of this.#listeners) listener();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(listener: () => void): void {
    if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#tell);
    this.#listeners.add(listener);
  }

  delete(listener: () => void): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#signal.removeEventListener('abort', this.#tell);
  }
}
