/**
 * How long does it take to open a log with 1, 10 and 50 segments? It must not grow with them: what
 * is sealed is not looked at.
 *
 * Counted is the time of the fastest of some openings: whatever else the machine does only adds.
 */
import { records, withLog } from './log.mjs';

const OPENINGS = 9;

/**
 * @param {number} segments
 * @returns {import('./sample.mjs').Contender}
 */
const opener = (segments) => (turn) =>
  withLog(async (place, { Log }) => {
    const { log } = await Log.open(place);
    for (let segment = 1; segment < segments; segment++) {
      await log.append(records(256));
      await log.seal(await log.rotate());
    }
    await log.append(records(256));
    await log.close();
    let openMs = Number.POSITIVE_INFINITY;
    for (let opening = 0; opening < OPENINGS; opening++) {
      await turn();
      const beganAtMs = performance.now();
      const opened = await Log.open(place);
      openMs = Math.min(openMs, performance.now() - beganAtMs);
      await opened.log.close();
    }
    return { openMs };
  });

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'ms',
  rounds: 3,
  contenders: { '1 segment': opener(1), '10 segments': opener(10), '50 segments': opener(50) },
  rivals: {},
  comparisons: ['10 segments', '50 segments'].map((many) => ({
    variant: `open with ${many}`,
    reading: 'openMs',
    of: many,
    beside: '1 segment',
    baseline: 'with 1 segment',
    ratioMax: 1.5,
  })),
};
