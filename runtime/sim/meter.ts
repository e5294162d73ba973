import type { Gauge, Meter, Reading } from '../../actors/world.ts';

const calm: Reading = { loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 };

/** A process whose load is what a scenario says it is. */
export class SimMeter implements Meter {
  #load = calm;
  /** Of the gauges that nobody has closed. */
  readonly #stirred = new Set<() => void>();

  get load(): Reading {
    return this.#load;
  }

  set load(load: Reading) {
    for (const onStirred of this.#stirred) onStirred();
    this.#load = load;
  }

  /** Gauges that nobody has closed. */
  get opened(): number {
    return this.#stirred.size;
  }

  open(onStirred: () => void): Gauge {
    const told = (): void => onStirred();
    this.#stirred.add(told);
    return {
      isSteady: true,
      read: () => this.#load,
      close: () => void this.#stirred.delete(told),
    };
  }
}
