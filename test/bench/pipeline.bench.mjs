/**
 * What does a call through four policies cost (fallback, retry, breaker, timeout), beside the same
 * four of cockatiel, if the function looks at its signal and if not?
 */
import { nsPerCall } from './calls.mjs';
import { loadHoldfast } from './holdfast.mjs';

const CALLS = 100_000;

/** @param {(context: { signal: AbortSignal }) => Promise<number>} work */
const holdfast = (work) => async () => {
  const { createRuntime } = await loadHoldfast();
  const call = (await createRuntime()).protect('b', work, {
    timeoutMs: 1_000,
    idempotent: true,
    retry: { attemptsMax: 3 },
    fallback: () => 0,
  });
  return { callNs: await nsPerCall(() => call(), CALLS) };
};

/** @param {(context: { signal: AbortSignal }) => Promise<number>} work */
const cockatiel = (work) => async () => {
  const name = 'cockatiel';
  const rival = await import(name);
  const { handleAll, wrap } = rival;
  const breaker = new rival.ConsecutiveBreaker(5);
  const policy = wrap(
    rival.fallback(handleAll, 0),
    rival.retry(handleAll, { maxAttempts: 3, backoff: new rival.ExponentialBackoff() }),
    rival.circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker }),
    rival.timeout(1_000, rival.TimeoutStrategy.Cooperative),
  );
  return { callNs: await nsPerCall(() => policy.execute(work), CALLS) };
};

const unread = async () => 7;

/** @param {{ signal: AbortSignal }} context */
const read = async ({ signal }) => (signal.aborted ? 0 : 7);

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'CPU ns',
  rounds: 5,
  contenders: {
    'holdfast unread': holdfast(unread),
    'cockatiel unread': cockatiel(unread),
    'holdfast read': holdfast(read),
    'cockatiel read': cockatiel(read),
  },
  rivals: { 'cockatiel unread': 'cockatiel', 'cockatiel read': 'cockatiel' },
  comparisons: [
    {
      variant: 'four, signal unread',
      reading: 'callNs',
      of: 'holdfast unread',
      beside: 'cockatiel unread',
      baseline: "cockatiel's four",
      ratioMax: 0.2,
    },
    {
      variant: 'four, signal read',
      reading: 'callNs',
      of: 'holdfast read',
      beside: 'cockatiel read',
      baseline: "cockatiel's four",
      ratioMax: 0.35,
    },
  ],
};
