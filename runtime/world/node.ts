import type { Log, World } from '../../actors/world.ts';
import { levelKv } from '../../storage/level-kv.ts';
import { clock } from './clock.ts';
import { containment } from './containment.ts';
import { diskFiles } from './files.ts';
import { lineLog, writeToStderr } from './log.ts';
import { meter } from './meter.ts';
import { network } from './network.ts';
import { random } from './random.ts';
import { signals } from './signals.ts';
import { sockets } from './sockets.ts';
import { vmDrivers } from './vm/index.ts';

/** The real world. `log` defaults to lines of JSON on stderr, warnings and errors only. */
export function nodeWorld({ log = lineLog(writeToStderr) }: { log?: Log } = {}): World {
  const files = diskFiles;
  const kv = levelKv(files);
  const vm = vmDrivers;
  return { clock, random, containment, signals, log, files, kv, sockets, network, meter, vm };
}
