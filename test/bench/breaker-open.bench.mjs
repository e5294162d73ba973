/** What does an open breaker's refusal cost, beside cockatiel's and opossum's rejection? */
import { nsPerCall } from './calls.mjs';
import { loadHoldfast } from './holdfast.mjs';

const CALLS = 100_000;
const HOUR_MS = 3_600_000;

const down = async () => {
  throw new Error('down');
};

const noop = () => {};

async function opened() {
  const { createRuntime } = await loadHoldfast();
  const breaker = (await createRuntime()).breaker('b', {
    window: { kind: 'consecutive', failuresMax: 1 },
    open: { minMs: HOUR_MS, maxMs: HOUR_MS },
  });
  await breaker.tryExecute(down);
  return breaker;
}

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'CPU ns',
  rounds: 5,
  contenders: {
    'holdfast outcome': async () => {
      const breaker = await opened();
      return { refusalNs: await nsPerCall(() => breaker.tryExecute(down), CALLS) };
    },
    'holdfast rejection': async () => {
      const breaker = await opened();
      return { refusalNs: await nsPerCall(() => breaker.execute(down).catch(noop), CALLS) };
    },
    cockatiel: async () => {
      const name = 'cockatiel';
      const { circuitBreaker, handleAll, ConsecutiveBreaker } = await import(name);
      const breaker = new ConsecutiveBreaker(1);
      const policy = circuitBreaker(handleAll, { halfOpenAfter: HOUR_MS, breaker });
      await policy.execute(down).catch(noop);
      return { refusalNs: await nsPerCall(() => policy.execute(down).catch(noop), CALLS) };
    },
    opossum: async () => {
      const name = 'opossum';
      const { default: Rival } = await import(name);
      const breaker = new Rival(down, { resetTimeout: HOUR_MS });
      breaker.open();
      return { refusalNs: await nsPerCall(() => breaker.fire().catch(noop), CALLS) };
    },
  },
  rivals: { cockatiel: 'cockatiel', opossum: 'opossum' },
  comparisons: [
    {
      variant: 'refusal by outcome',
      reading: 'refusalNs',
      of: 'holdfast outcome',
      beside: 'cockatiel',
      baseline: 'cockatiel rejection',
      ratioMax: 0.05,
    },
    {
      variant: 'refusal by rejection',
      reading: 'refusalNs',
      of: 'holdfast rejection',
      beside: 'cockatiel',
      baseline: 'cockatiel rejection',
    },
    {
      variant: "opossum's rejection",
      reading: 'refusalNs',
      of: 'opossum',
      beside: 'cockatiel',
      baseline: 'cockatiel rejection',
    },
  ],
};
