import type { Gauge, Meter, Reading } from '../../actors/world.ts';

const calm: Reading = { loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 };

/** A process whose load is what a scenario says it is. */
export class SimMeter implements Meter {
  load: Reading = calm;
  /** Gauges that nobody has closed. */
  opened = 0;

  open(): Gauge {
    this.opened += 1;
    return {
      read: () => this.load,
      close: () => {
        this.opened -= 1;
      },
    };
  }
}
