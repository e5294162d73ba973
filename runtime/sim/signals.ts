import type { SignalName, Signals } from '../../actors/world.ts';

/** Signals that a test sends; what the process would have died of is noted. */
export class SimSignals implements Signals {
  readonly raised: SignalName[] = [];
  readonly #listeners = new Set<(name: SignalName) => void>();

  once(names: readonly SignalName[], listener: (name: SignalName) => void): () => void {
    const handle = (name: SignalName): void => {
      if (!names.includes(name)) return;
      stop();
      listener(name);
    };
    const stop = (): void => {
      this.#listeners.delete(handle);
    };
    this.#listeners.add(handle);
    return stop;
  }

  raise(name: SignalName): void {
    this.raised.push(name);
  }

  send(name: SignalName): void {
    for (const listener of [...this.#listeners]) listener(name);
  }
}
