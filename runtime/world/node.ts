import type { Log, World } from '../../actors/world.ts';
import { clock } from './clock.ts';
import { containment } from './containment.ts';
import { lineLog, writeToStderr } from './log.ts';
import { random } from './random.ts';
import { signals } from './signals.ts';

/** The real world. `log` defaults to lines of JSON on stderr, warnings and errors only. */
export function nodeWorld({ log = lineLog(writeToStderr) }: { log?: Log } = {}): World {
  return { clock, random, containment, signals, log };
}
