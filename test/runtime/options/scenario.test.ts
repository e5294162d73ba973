import { describe, expect, it } from 'vitest';
import { FAULTS_MAX, HORIZON_MS_MAX, runOptions } from '../../../runtime/options/scenario.ts';

const run = { seed: 1, faults: [], horizonMs: 1, start: () => ({}) };

describe('what a run follows from', () => {
  it('has a horizon of four hundred days at most, and 10,000 faults', () => {
    expect([HORIZON_MS_MAX, FAULTS_MAX]).toEqual([400 * 24 * 3_600_000, 10_000]);
    const fault = { kind: 'disk.vanish', atMs: HORIZON_MS_MAX };
    const taken = [
      { ...run, horizonMs: HORIZON_MS_MAX },
      { ...run, horizonMs: HORIZON_MS_MAX + 1 },
      { ...run, faults: Array.from({ length: FAULTS_MAX }, () => fault) },
      { ...run, faults: Array.from({ length: FAULTS_MAX + 1 }, () => fault) },
    ].map((given) => runOptions.safeParse(given).success);
    expect(taken).toEqual([true, false, true, false]);
  });

  it('fires drawn sites or listed ones', () => {
    const taken = ['drawn', 'listed', undefined, 'none'].map((sites) => {
      return runOptions.safeParse({ ...run, sites }).success;
    });
    expect(taken).toEqual([true, true, true, false]);
  });
});
