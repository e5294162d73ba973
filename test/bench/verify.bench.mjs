/**
 * How many records of 300 bytes in sealed segments does a verifier check in a second of CPU time,
 * beside the SHA-256 of the same bytes, each record by itself, which is the least that it can do?
 *
 * Counted is user and system time, reading and digests included; the compiler had its time before.
 */
import { hash } from 'node:crypto';
import { records, withLog } from './log.mjs';

const COMMITS = 50;
const PER_COMMIT = 4_096;
const RUNS = 3;

/**
 * The best of some runs: whatever else the machine does only takes away.
 * @param {() => Promise<unknown>} turn
 * @param {() => unknown} work checks all records once
 * @returns {Promise<import('./sample.mjs').Sample>}
 */
async function sampleOf(turn, work) {
  let bestMs = Number.POSITIVE_INFINITY;
  await work();
  for (let run = 0; run < RUNS; run++) {
    await turn();
    globalThis.gc?.();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    bestMs = Math.min(bestMs, (user + system) / 1000);
  }
  return { perCpuMs: (COMMITS * PER_COMMIT) / bestMs };
}

/** @type {import('./sample.mjs').Contender} */
const verify = (turn) =>
  withLog(async (place, { Log, verifyLog }) => {
    const { log } = await Log.open(place);
    for (let commit = 0; commit < COMMITS; commit++) await log.append(records(PER_COMMIT));
    await log.seal(await log.rotate());
    await log.close();
    return await sampleOf(turn, async () => {
      const { verdict, checked } = await verifyLog(place);
      if (verdict !== 'ok' || checked !== COMMITS * PER_COMMIT) throw new Error(verdict);
    });
  });

/** @type {import('./sample.mjs').Contender} */
const hashing = (turn) => {
  const all = records(PER_COMMIT);
  return sampleOf(turn, () => {
    for (let commit = 0; commit < COMMITS; commit++) {
      for (const record of all) hash('sha256', record, 'binary');
    }
  });
};

/** @type {import('./sample.mjs').Contender} */
const bar = async () => ({ perCpuMs: 600 });

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'k records/CPU s',
  rounds: 3,
  contenders: { verify, hashing, bar },
  rivals: {},
  comparisons: [
    {
      variant: 'verified, sealed segments',
      reading: 'perCpuMs',
      of: 'verify',
      beside: 'bar',
      baseline: 'what we promise',
      ratioMin: 1,
    },
    {
      variant: 'verified, beside hashing only',
      reading: 'perCpuMs',
      of: 'verify',
      beside: 'hashing',
      baseline: 'SHA-256 of each record',
    },
  ],
};
