import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * What one process measured, by name.
 * @typedef {Readonly<Record<string, number>>} Sample
 *
 * One line of the result.
 * @typedef {object} Comparison
 * @property {string} variant
 * @property {string} reading which value of the samples is compared
 * @property {string} of the contender
 * @property {string} beside the other contender
 * @property {string} baseline what the other one stands for
 * @property {number} [ratioMax] the bar, where there is one
 * @property {number} [ratioMin] the bar where more is better
 *
 * @callback Contender
 * @param {() => Promise<unknown>} turn awaited now and then in long work, it lets the others work
 * @returns {Promise<Sample>}
 *
 * @typedef {object} Bench
 * @property {string} unit
 * @property {number} rounds odd, so that one of them is the median
 * @property {Readonly<Record<string, Contender>>} contenders those that are compared side by side
 * @property {Readonly<Record<string, string>>} rivals the packages that contenders need
 * @property {readonly Comparison[]} comparisons
 *
 * @typedef {{ variant: string, value: number, unit: string, ratio: number, ratioMax?: number,
 *   ratioMin?: number, baseline: { name: string, value: number } }} Measurement
 */

const TURN_MS_MAX = 120_000;
const program = fileURLToPath(new URL('contender.mjs', import.meta.url));

/** @param {string} rival */
export const isInstalled = (rival) =>
  existsSync(new URL(`node_modules/${rival}/package.json`, import.meta.url));

/**
 * Every other round runs the contenders in reverse, so that nobody is always the second.
 * @param {string} name
 * @param {Bench} bench
 * @returns {Promise<Measurement[]>}
 */
export async function measure(name, { unit, rounds, contenders, rivals, comparisons }) {
  const present = Object.keys(contenders).filter((contender) => {
    const rival = rivals[contender];
    return rival === undefined || isInstalled(rival);
  });
  /** @type {ReadonlyMap<string, Sample>[]} */
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    samples.push(await runRound(name, round % 2 === 0 ? present : present.toReversed()));
  }
  return comparisons
    .filter(({ of, beside }) => present.includes(of) && present.includes(beside))
    .map((comparison) => compare(samples, comparison, unit));
}

/**
 * Runs every contender in a fresh process, as a heap that others grew is slower. Only one works at
 * a time; those that take turns meet the same noise of the machine.
 * @param {string} bench
 * @param {readonly string[]} contenders
 */
async function runRound(bench, contenders) {
  const runners = contenders.map((contender) => new Runner(bench, contender));
  try {
    await Promise.all(runners.map((runner) => runner.hear()));
    /** @type {Map<string, Sample>} */
    const samples = new Map();
    const queue = [...runners];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { sample } = await next.takeTurn();
      if (sample === undefined) queue.push(next);
      else samples.set(next.contender, sample);
    }
    return samples;
  } finally {
    for (const runner of runners) runner.kill();
  }
}

/** The process of one contender, as `contender.mjs` runs it. */
class Runner {
  #child;
  /** @type {Promise<never>} */
  #exited;

  /**
   * @param {string} bench
   * @param {string} contender
   */
  constructor(bench, contender) {
    this.contender = contender;
    const execArgv = ['--expose-gc'];
    this.#child = fork(program, [bench, contender], { execArgv, stdio: ['ignore', 2, 2, 'ipc'] });
    this.#exited = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`${bench}, "${contender}": ended with ${signal ?? code}`);
    });
    // What follows its sample is nobody's business.
    this.#exited.catch(() => {});
  }

  /**
   * That it wants another turn, or its sample.
   * @returns {Promise<{ sample?: Sample }>}
   */
  async hear() {
    const signal = AbortSignal.timeout(TURN_MS_MAX);
    const [message] = await Promise.race([once(this.#child, 'message', { signal }), this.#exited]);
    return message;
  }

  takeTurn() {
    this.#child.send({});
    return this.hear();
  }

  kill() {
    this.#child.kill('SIGKILL');
  }
}

/**
 * @param {readonly ReadonlyMap<string, Sample>[]} samples of each round, by contender
 * @param {Comparison} comparison
 * @param {string} unit
 * @returns {Measurement}
 */
function compare(samples, { variant, reading, of, beside, baseline, ratioMax, ratioMin }, unit) {
  const value = middle(samples.map((round) => round.get(of)?.[reading] ?? NaN));
  const theirs = middle(samples.map((round) => round.get(beside)?.[reading] ?? NaN));
  return {
    variant,
    value: rounded(value),
    unit,
    baseline: { name: baseline, value: rounded(theirs) },
    ratio: rounded(value / theirs),
    ...(ratioMax === undefined ? {} : { ratioMax }),
    ...(ratioMin === undefined ? {} : { ratioMin }),
  };
}

/** @param {readonly number[]} values an odd number of them */
const middle = (values) => values.toSorted((a, b) => a - b)[(values.length - 1) / 2] ?? NaN;

/** @param {number} value */
const rounded = (value) => Number(value.toPrecision(4));
