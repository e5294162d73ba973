import type { SignalName, Signals } from '../../actors/world.ts';

/** Signals that a test sends. What the process would have died of is noted in `raised`. */
export class SimSignals implements Signals {
  readonly raised: SignalName[] = [];
  readonly #handlers = new Map<(name: SignalName) => void, readonly SignalName[]>();

  once(names: readonly SignalName[], listener: (name: SignalName) => void): () => void {
    const handle = (name: SignalName): void => {
      stop();
      listener(name);
    };
    const stop = (): void => {
      this.#handlers.delete(handle);
    };
    this.#handlers.set(handle, names);
    return stop;
  }

  raise(name: SignalName): void {
    this.raised.push(name);
  }

  /** A signal arrives from outside. */
  send(name: SignalName): void {
    const heard = [...this.#handlers].filter(([, names]) => names.includes(name));
    if (heard.length === 0) this.raise(name);
    for (const [handle] of heard) handle(name);
  }
}
