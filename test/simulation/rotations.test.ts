import { describe, expect, it } from 'vitest';
import { runRotations } from './rotations.ts';

const MINUTE_MS = 60_000;

describe('peers whose keys are rotated, in a simulated world', () => {
  it.each([1, 2])(
    'lose nothing, and agree on keys, from seed %i',
    async (seed) => {
      const { violations, coverage } = await runRotations({ count: 3, days: 2.2, turns: 1 }, seed);
      expect(violations).toEqual([]);
      expect(coverage.sometimes['an answer']).toBeGreaterThan(60);
    },
    2 * MINUTE_MS,
  );

  it(
    'are the same run again from the same seed',
    async () => {
      const size = { count: 2, days: 1.1, turns: 1 };
      const runs = [await runRotations(size, 3), await runRotations(size, 3)];
      expect(runs[1]?.traceHash).toBe(runs[0]?.traceHash);
    },
    2 * MINUTE_MS,
  );
});
