/** The process of one measurement: run.mjs forks `one.mjs <target> <samples>`. */
import { randomBytes } from 'node:crypto';
import { measure } from './dudect.mjs';
import { hastyRefusals, measureRefusals, ourRefusals } from './refusals.mjs';
import { controls, ours, usedOnce } from './targets.mjs';

const [name = '', share = ''] = process.argv.slice(2);
const target = { ...controls, ...ours, ...usedOnce }[name];
const refusing = { ...hastyRefusals, ...ourRefusals }[name];

const tools = {
  random: (/** @type {number} */ length) => Uint8Array.from(randomBytes(length)),
  nowMs: () => performance.now(),
  // What is swept while something is timed counts as its time.
  rest: () => globalThis.gc?.(),
};

/** @returns {Promise<import('./welch.mjs').Difference>} */
async function differenceSeen() {
  if (refusing !== undefined) return await measureRefusals(refusing, Number(share));
  if (target === undefined) throw new RangeError(`there is no target "${name}"`);
  return measure({ ...target, samples: Math.ceil(target.samples * Number(share)) }, tools);
}

const difference = await differenceSeen();
process.send?.(difference, () => process.exit());
