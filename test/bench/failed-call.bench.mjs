/**
 * Does a failed call cost more where there are more calls? A window of ten seconds holds what
 * 10,000 calls a second put into it, beside what 100 a second do.
 */
import { nsPerCall } from './calls.mjs';
import { loadHoldfast } from './holdfast.mjs';

const WINDOW_SECONDS = 10;

const noop = () => {};

/** @param {number} callsPerSecond */
const holdfast = (callsPerSecond) => async () => {
  const { createRuntime } = await loadHoldfast();
  const breaker = (await createRuntime()).breaker('b', {
    window: { kind: 'time', durationMs: WINDOW_SECONDS * 1_000, callsMin: 1_000_000 },
  });
  for (let i = 0; i < callsPerSecond * WINDOW_SECONDS; i++) await breaker.execute(noop);
  const failed = () =>
    breaker.tryExecute(() => {
      throw FAILURE;
    });
  return { failedNs: await nsPerCall(failed, 50_000) };
};

const FAILURE = new Error('down');

/** @param {number} callsPerSecond */
const opossum = (callsPerSecond) => async () => {
  const name = 'opossum';
  const { default: Rival } = await import(name);
  const options = { errorThresholdPercentage: 100, volumeThreshold: 1e9 };
  const breaker = new Rival(async (/** @type {boolean} */ isGood) => {
    if (!isGood) throw FAILURE;
  }, options);
  for (let i = 0; i < callsPerSecond * WINDOW_SECONDS; i++) await breaker.fire(true);
  return { failedNs: await nsPerCall(() => breaker.fire(false).catch(noop), 100) };
};

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'CPU ns',
  rounds: 5,
  contenders: {
    'holdfast 10k': holdfast(10_000),
    'holdfast 100': holdfast(100),
    'opossum 10k': opossum(10_000),
    'opossum 100': opossum(100),
  },
  rivals: { 'opossum 10k': 'opossum', 'opossum 100': 'opossum' },
  comparisons: [
    {
      variant: 'at 10k calls/s',
      reading: 'failedNs',
      of: 'holdfast 10k',
      beside: 'holdfast 100',
      baseline: 'same at 100 calls/s',
      ratioMax: 1.5,
    },
    {
      variant: "opossum's at 10k calls/s",
      reading: 'failedNs',
      of: 'opossum 10k',
      beside: 'opossum 100',
      baseline: 'same at 100 calls/s',
    },
  ],
};
