/** What does a call of a warm isolate cost, beside its engine in a bare worker? */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { nsPerCall } from './calls.mjs';
import { problemWithDist } from './holdfast.mjs';

const CALLS = 20_000;
const CODE = 'input.items.map(({ price, count }) => price * count).reduce((a, b) => a + b, 0)';
const INPUT = { items: Array.from({ length: 5 }, (_, at) => ({ price: at, count: 3 })) };
const OUTPUT = '30';

/** @param {string} output */
function check(output) {
  if (output !== OUTPUT) throw new Error(`it came to ${output}`);
}

/** @returns {Promise<typeof import('../../runtime/world/vm/isolate/driver.ts')>} */
async function loadDriver() {
  if (problemWithDist()?.isMissing) throw new Error('dist is missing');
  const path = '../../dist/runtime/world/vm/isolate/driver.js';
  return await import(path);
}

/** A guest that is called again once it has answered a ping, as the actor above it does. */
async function openGuest() {
  const { isolateDriver } = await loadDriver();
  let output = '';
  let onPong = () => {};
  let ping = () => {};
  const vm = await isolateDriver.create(
    { memoryBytesMax: 2 ** 25 },
    {
      onOutcome(outcome) {
        output = outcome.ok ? outcome.output : outcome.message;
        ping();
      },
      onPong: () => onPong(),
      onPrinted() {},
      onHostCall() {},
      onViolated() {},
      onExited() {},
    },
    new AbortController().signal,
  );
  if ('unavailable' in vm) throw new Error(vm.unavailable);
  ping = () => vm.ping('0');
  return async () => {
    /** @type {Promise<void>} */
    const ponged = new Promise((resolve) => {
      onPong = resolve;
    });
    vm.call({ code: CODE, input: JSON.stringify(INPUT), resultBytesMax: 65_536 });
    await ponged;
    check(output);
  };
}

async function openWorker() {
  const worker = new Worker(new URL('sandbox.worker.mjs', import.meta.url));
  await once(worker, 'message');
  /** @type {(output: string) => void} */
  let onOutput = () => {};
  worker.on('message', (output) => onOutput(output));
  return async () => {
    /** @type {Promise<string>} */
    const output = new Promise((resolve) => {
      onOutput = resolve;
    });
    worker.postMessage({ code: CODE, input: JSON.stringify(INPUT) });
    check(await output);
  };
}

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'CPU ns',
  rounds: 5,
  contenders: {
    holdfast: async () => ({ callNs: await nsPerCall(await openGuest(), CALLS) }),
    'bare worker': async () => ({ callNs: await nsPerCall(await openWorker(), CALLS) }),
  },
  rivals: { 'bare worker': 'quickjs-emscripten-core' },
  comparisons: [
    {
      variant: 'warm isolate call',
      reading: 'callNs',
      of: 'holdfast',
      beside: 'bare worker',
      baseline: 'the same engine in a bare worker',
      ratioMax: 1.5,
    },
  ],
};
