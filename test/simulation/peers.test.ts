import { describe, expect, it } from 'vitest';
import { addCoverage } from '../../runtime/sim/coverage.ts';
import { once } from '../once.ts';
import { few, runPeers } from './peers.ts';

/** With these, every attack is made. */
const seeds = [1, 3, 5, 7, 9, 11];

describe('peers of whom some are byzantine, in a simulated world', () => {
  const runs = new Map(seeds.map((seed) => [seed, once(() => runPeers(few, seed))]));

  it.each([...runs])('keep every promise, whatever goes wrong, from seed %i', async (_, run) => {
    expect((await run()).violations).toEqual([]);
  });

  it('are the same run again from the same seed', async () => {
    const [first, second] = [await runs.get(5)?.(), await runPeers(few, 5)];
    expect(second.traceHash).toBe(first?.traceHash);
  });

  it('come upon every attack, and answer each other all the same', async () => {
    const seen = await Promise.all([...runs.values()].map((run) => run()));
    const { sometimes } = seen.map(({ coverage }) => coverage).reduce(addCoverage);
    expect(Object.keys(sometimes).filter((name) => name.startsWith('attack')).length).toBe(11);
    expect(sometimes['an answer']).toBeGreaterThan(200);
  });
});
