import type { World } from '../../actors/world.ts';
import { containment } from '../world/containment.ts';
import { MemoryFiles } from '../world/memory-files.ts';
import { MemoryKv } from '../world/memory-kv.ts';
import { VirtualClock } from './clock.ts';
import { MemoryLog } from './log.ts';
import { lonelyHttp } from './lonely-http.ts';
import { lonelyNames } from './lonely-names.ts';
import { lonelyNetwork } from './lonely-network.ts';
import { SimMeter } from './meter.ts';
import { SeededRandom } from './random.ts';
import { SimSignals } from './signals.ts';
import { lonelySockets } from './sockets.ts';
import { SimVms } from './vm-drivers.ts';

export interface SimWorld extends World {
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly signals: SimSignals;
  readonly files: MemoryFiles;
  readonly kv: MemoryKv;
  readonly meter: SimMeter;
}

/** A world in which everything follows from `seed`. Its wall clock starts at `startMs`. */
export function simWorld({ seed, startMs }: { seed: number; startMs?: number }): SimWorld {
  const files = new MemoryFiles();
  const clock = new VirtualClock(startMs);
  const random = new SeededRandom(seed);
  return {
    clock,
    random,
    log: new MemoryLog(),
    signals: new SimSignals(),
    containment,
    files,
    kv: new MemoryKv(files),
    sockets: lonelySockets,
    network: lonelyNetwork,
    names: lonelyNames,
    http: lonelyHttp,
    meter: new SimMeter(),
    vm: new SimVms(clock).drivers(clock, random.stream('vm')),
  };
}
