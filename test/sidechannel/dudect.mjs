import { largestDifference } from './welch.mjs';

/**
 * Something that works on a secret. Whether its time depends on it shows when it is given the same
 * one again and again, and others between.
 * @template [Input=unknown]
 * @typedef {object} Target
 * @property {number} samples
 * @property {number} [repeats] of one input within a sample: what is short cannot be timed alone
 * @property {number} bytes of the secret
 * @property {(bytes: Uint8Array, secret: Uint8Array) => Input} prepare of the bytes, which are the
 *   secret or others: by the same steps
 * @property {(input: Input) => unknown} work what is timed
 */

/** @typedef {import('./welch.mjs').Difference} Difference */

/** Prepared at once, then timed at once. */
const BATCH = 500;
/** The first ones warm the code up. */
const WARM_BATCHES = 2;

/**
 * Random bytes, or the secret. Trap: both are allocated and written alike, or what differs is where
 * they lie in memory.
 * @param {Uint8Array} random
 * @param {Uint8Array} secret
 * @param {boolean} isSecret
 */
export function select(random, secret, isSecret) {
  const mask = -Number(isSecret);
  return random.map((byte, at) => (byte & ~mask) | ((secret[at] ?? 0) & mask));
}

/**
 * @template Input
 * @param {Target<Input>} target
 * @param {{ random: (length: number) => Uint8Array, nowMs: () => number, rest: () => void }} tools
 * @returns {Difference}
 */
export function measure(target, { random, nowMs, rest }) {
  const { samples, repeats = 1, bytes, prepare, work } = target;
  const secret = random(bytes);
  /** @type {readonly [number[], number[]]} */
  const times = [[], []];
  for (let batch = -WARM_BATCHES; batch * BATCH < samples; batch++) {
    const isFixed = Array.from(random(BATCH), (byte) => byte % 2 === 0);
    const inputs = isFixed.map((is) => prepare(select(random(bytes), secret, is), secret));
    rest();
    for (const [at, input] of inputs.entries()) {
      const beganMs = nowMs();
      for (let repeat = 0; repeat < repeats; repeat++) work(input);
      const tookNs = ((nowMs() - beganMs) * 1e6) / repeats;
      if (batch >= 0) times[isFixed[at] ? 0 : 1].push(tookNs);
    }
  }
  return largestDifference(...times);
}
