/**
 * What two sets of times differ by.
 * @typedef {object} Difference
 * @property {number} t Welch's t: how many standard errors lie between the means
 * @property {number} ns between the means, in nanoseconds
 */

/** How many sets are cut off at the top, each at a lower time: the tail is the noise of others. */
const CROPS = 20;
/** Of less nothing is said. */
const TIMES_MIN = 10;

/**
 * @param {readonly number[]} times
 */
function momentsOf(times) {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const squares = times.reduce((sum, time) => sum + (time - mean) ** 2, 0);
  return { mean, error: squares / (times.length - 1) / times.length };
}

/**
 * @param {readonly number[]} fixed nanoseconds
 * @param {readonly number[]} random nanoseconds
 * @returns {Difference}
 */
export function welch(fixed, random) {
  const [one, other] = [momentsOf(fixed), momentsOf(random)];
  const ns = one.mean - other.mean;
  return { t: ns === 0 ? 0 : ns / Math.sqrt(one.error + other.error), ns };
}

/**
 * The largest t of all the times, and of those below each of several percentiles, which lie closer
 * to each other towards the top (dudect: Reparaz, Balasch, Verbauwhede, DATE 2017).
 * @param {readonly number[]} fixed
 * @param {readonly number[]} random
 * @returns {Difference}
 */
export function largestDifference(fixed, random) {
  const all = [...fixed, ...random].sort((a, b) => a - b);
  let largest = welch(fixed, random);
  for (let crop = 1; crop <= CROPS; crop++) {
    const share = 1 - 0.5 ** ((10 * crop) / CROPS);
    const below = all[Math.floor(share * all.length)] ?? 0;
    const kept = [fixed, random].map((times) => times.filter((time) => time < below));
    const [some = [], others = []] = kept;
    if (some.length < TIMES_MIN || others.length < TIMES_MIN) continue;
    const difference = welch(some, others);
    if (Math.abs(difference.t) > Math.abs(largest.t)) largest = difference;
  }
  return largest;
}
