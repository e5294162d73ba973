/**
 * What does a call through a closed breaker cost, over the bare await of the same function, beside
 * one through cockatiel's breaker with the same kind of window?
 */
import { nsPerCall } from './calls.mjs';
import { loadHoldfast } from './holdfast.mjs';

const work = async () => 7;
const HOUR_MS = 3_600_000;

/** @param {() => Promise<(work: () => Promise<number>) => Promise<number>>} found */
const taker = (found) => async () => {
  const execute = await found();
  const bareNs = await nsPerCall(work);
  return { overNs: (await nsPerCall(() => execute(work))) - bareNs };
};

/** @param {import('../../runtime/index.ts').BreakerOptions['window']} window */
const holdfast = (window) =>
  taker(async () => {
    const { createRuntime } = await loadHoldfast();
    const breaker = (await createRuntime()).breaker('b', { window });
    return (run) => breaker.execute(run);
  });

/**
 * @typedef {{ execute: <T>(run: () => Promise<T>) => Promise<T> }} Policy
 *
 * @typedef {object} Cockatiel the part of it that is used here
 * @property {unknown} handleAll
 * @property {(handle: unknown, options: object) => Policy} circuitBreaker
 * @property {new (failures: number) => object} ConsecutiveBreaker
 * @property {new (options: object) => object} CountBreaker
 * @property {new (options: object) => object} SamplingBreaker
 */

/** @param {(rival: Cockatiel) => object} kind */
const cockatiel = (kind) =>
  taker(async () => {
    const name = 'cockatiel';
    /** @type {Cockatiel} */
    const rival = await import(name);
    const options = { halfOpenAfter: HOUR_MS, breaker: kind(rival) };
    const policy = rival.circuitBreaker(rival.handleAll, options);
    return (run) => policy.execute(run);
  });

const kinds = ['consecutive', 'count', 'time'];

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'CPU ns',
  rounds: 5,
  contenders: {
    'holdfast consecutive': holdfast({ kind: 'consecutive', failuresMax: 5 }),
    'cockatiel consecutive': cockatiel((rival) => new rival.ConsecutiveBreaker(5)),
    'holdfast count': holdfast({ kind: 'count', callsMax: 100 }),
    'cockatiel count': cockatiel((rival) => new rival.CountBreaker({ threshold: 0.5, size: 100 })),
    'holdfast time': holdfast({ kind: 'time', durationMs: 10_000 }),
    'cockatiel time': cockatiel(
      (rival) => new rival.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    ),
  },
  rivals: Object.fromEntries(kinds.map((kind) => [`cockatiel ${kind}`, 'cockatiel'])),
  comparisons: kinds.map((kind) => ({
    variant: `${kind}, over a bare await`,
    reading: 'overNs',
    of: `holdfast ${kind}`,
    beside: `cockatiel ${kind}`,
    baseline: 'cockatiel',
    ratioMax: 1,
  })),
};
