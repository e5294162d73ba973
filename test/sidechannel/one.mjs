/** The process of one measurement: run.mjs forks `one.mjs <target> <samples>`. */
import { randomBytes } from 'node:crypto';
import { measure } from './dudect.mjs';
import { controls, ours, usedOnce } from './targets.mjs';

const [name = '', share = ''] = process.argv.slice(2);
const target = { ...controls, ...ours, ...usedOnce }[name];
if (target === undefined) throw new RangeError(`there is no target "${name}"`);

const difference = measure(
  { ...target, samples: Math.ceil(target.samples * Number(share)) },
  {
    random: (length) => Uint8Array.from(randomBytes(length)),
    nowMs: () => performance.now(),
    // What is swept while something is timed counts as its time.
    rest: () => globalThis.gc?.(),
  },
);
process.send?.(difference, () => process.exit());
