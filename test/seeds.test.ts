import { describe, expect, it } from 'vitest';
import { seedsFor } from './seeds.ts';

const counts = { ci: 2, full: 4 };

describe('the seeds of a random test', () => {
  it('are all of them, fewer in CI, as many as asked for, or a single one', () => {
    expect(seedsFor(counts, {})).toEqual([1, 2, 3, 4]);
    expect(seedsFor(counts, { HOLDFAST_SOAK: 'full' })).toEqual([1, 2, 3, 4]);
    expect(seedsFor(counts, { HOLDFAST_SOAK: 'ci' })).toEqual([1, 2]);
    expect(seedsFor(counts, { HOLDFAST_SOAK: 'full', HOLDFAST_SEEDS: '3' })).toEqual([1, 2, 3]);
    expect(seedsFor(counts, { HOLDFAST_SEED: '77', HOLDFAST_SEEDS: '3' })).toEqual([77]);
  });

  it.each(['0', '-1', '1.5', 'many', ''])('are never "%s" of them', (HOLDFAST_SEEDS) => {
    expect(() => seedsFor(counts, { HOLDFAST_SEEDS })).toThrow(
      `HOLDFAST_SEEDS must be a whole number from 1 to 999999999, got ${HOLDFAST_SEEDS}`,
    );
  });
});
