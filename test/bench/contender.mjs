/** The process of one sample: `node --expose-gc contender.mjs <bench> <contender>`. */
import { writeSync } from 'node:fs';

const [name, contender = ''] = process.argv.slice(2);
/** @type {{ bench: import('./sample.mjs').Bench }} */
const { bench } = await import(`./${name}.bench.mjs`);
const sample = await bench.contenders[contender]?.();
writeSync(1, JSON.stringify(sample));
// Whatever timers are still pending are not waited for.
process.exit(0);
