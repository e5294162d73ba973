import type { Log, World } from '../../actors/world.ts';
import { levelKv } from '../../storage/level-kv.ts';
import { clock } from './clock.ts';
import { containment } from './containment.ts';
import { diskFiles } from './files.ts';
import { http } from './http-listener.ts';
import { lineLog } from './log.ts';
import { meter } from './meter.ts';
import { names } from './names.ts';
import { network } from './network.ts';
import { random } from './random.ts';
import { signals } from './signals.ts';
import { sockets } from './sockets.ts';
import { writeToStderr } from './stderr.ts';
import { vmDrivers } from './vm/index.ts';

export interface NodeWorldOptions {
  /** Lines of JSON on stderr by default, warnings and errors only. */
  readonly log?: Log;
  /** What `holdfast vm build` made. */
  readonly imageDir?: string | undefined;
}

/** The real world. */
export function nodeWorld(options: NodeWorldOptions = {}): World {
  const { log = lineLog(writeToStderr), imageDir } = options;
  const files = diskFiles;
  const kv = levelKv(files);
  const vm = vmDrivers(imageDir);
  const ports = { clock, random, containment, signals, sockets, network, names, http, meter };
  return { ...ports, log, files, kv, vm };
}
