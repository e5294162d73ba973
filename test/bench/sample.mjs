import { spawnSync } from 'node:child_process';
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
 *
 * @typedef {object} Bench
 * @property {string} unit
 * @property {number} rounds odd, so that one of them is the median
 * @property {Readonly<Record<string, () => Promise<Sample>>>} contenders
 *   each is run in a process of its own, once a round; those that are compared stand side by side
 * @property {Readonly<Record<string, string>>} rivals the packages that contenders need
 * @property {readonly Comparison[]} comparisons
 *
 * @typedef {{ variant: string, value: number, unit: string, ratio: number, ratioMax?: number,
 *   baseline: { name: string, value: number } }} Measurement
 */

const SAMPLE_MS_MAX = 120_000;
const program = fileURLToPath(new URL('contender.mjs', import.meta.url));

/** @param {string} rival */
export const isInstalled = (rival) =>
  existsSync(new URL(`node_modules/${rival}/package.json`, import.meta.url));

/**
 * Every round runs every contender in a fresh process: a heap that others grew is slower. Every
 * other round runs them in reverse, so that nobody is always the second.
 * @param {string} name
 * @param {Bench} bench
 * @returns {Measurement[]}
 */
export function measure(name, { unit, rounds, contenders, rivals, comparisons }) {
  const present = Object.keys(contenders).filter((contender) => {
    const rival = rivals[contender];
    return rival === undefined || isInstalled(rival);
  });
  const samples = Array.from({ length: rounds }, (_, round) => {
    const order = round % 2 === 0 ? present : present.toReversed();
    return new Map(order.map((contender) => [contender, takeSample(name, contender)]));
  });
  return comparisons
    .filter(({ of, beside }) => present.includes(of) && present.includes(beside))
    .map((comparison) => compare(samples, comparison, unit));
}

/**
 * @param {readonly ReadonlyMap<string, Sample>[]} samples of each round, by contender
 * @param {Comparison} comparison
 * @param {string} unit
 * @returns {Measurement}
 */
function compare(samples, { variant, reading, of, beside, baseline, ratioMax }, unit) {
  const value = middle(samples.map((round) => round.get(of)?.[reading] ?? NaN));
  const theirs = middle(samples.map((round) => round.get(beside)?.[reading] ?? NaN));
  return {
    variant,
    value: rounded(value),
    unit,
    baseline: { name: baseline, value: rounded(theirs) },
    ratio: rounded(value / theirs),
    ...(ratioMax === undefined ? {} : { ratioMax }),
  };
}

/** @param {readonly number[]} values an odd number of them */
const middle = (values) => values.toSorted((a, b) => a - b)[(values.length - 1) / 2] ?? NaN;

/** @param {number} value */
const rounded = (value) => Number(value.toPrecision(4));

/**
 * @param {string} bench
 * @param {string} contender
 * @returns {Sample}
 */
function takeSample(bench, contender) {
  const { status, signal, stdout, error } = spawnSync(
    process.execPath,
    ['--expose-gc', program, bench, contender],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: SAMPLE_MS_MAX },
  );
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`${bench}, "${contender}": ended with ${error ?? signal ?? status}`);
}
