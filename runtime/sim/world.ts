import type { World } from '../../actors/world.ts';
import { containment } from '../world/containment.ts';
import { VirtualClock } from './clock.ts';
import { MemoryLog } from './log.ts';
import { SeededRandom } from './random.ts';
import { SimSignals } from './signals.ts';

export interface SimWorld extends World {
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly signals: SimSignals;
}

/** A world in which everything follows from `seed`. Its wall clock starts at `startMs`. */
export function simWorld({ seed, startMs }: { seed: number; startMs?: number }): SimWorld {
  return {
    clock: new VirtualClock(startMs),
    random: new SeededRandom(seed),
    log: new MemoryLog(),
    signals: new SimSignals(),
    containment,
  };
}
