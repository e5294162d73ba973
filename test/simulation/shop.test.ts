import { describe, expect, it } from 'vitest';
import { addCoverage } from '../../runtime/sim/coverage.ts';
import { once } from '../once.ts';
import { runPlay } from './plays.ts';
import { shopFaults } from './shop.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7];

/** What some run at least must have come upon: else it would promise nothing. */
const wanted = [
  ...['the log is degraded', 'the load is high', 'nobody is connected', 'a level is lost'],
  ...['all at once', 'it is ready', 'it is not ready'],
  ...['a write is served', 'a write is refused', 'order.place is refused: READ_ONLY'],
];

describe('a service whose disk, sandboxes, network and load go wrong', () => {
  const play = (seed: number) => runPlay('shop', seed, shopFaults(seed));
  const runs = new Map(seeds.map((seed) => [seed, once(() => play(seed))]));

  it.each([...runs])(
    'keeps its promises in every mode, and leaves each, seed %i',
    async (_, run) => {
      expect((await run()).violations).toEqual([]);
    },
  );

  it('is the same run again from the same seed', async () => {
    const first = await runs.get(7)?.();
    expect((await play(7)).traceHash).toBe(first?.traceHash);
  });

  it('comes upon what it is about', async () => {
    const seen = await Promise.all([...runs.values()].map((run) => run()));
    const { sometimes } = seen.map(({ coverage }) => coverage).reduce(addCoverage);
    expect(wanted.filter((name) => !sometimes[name])).toEqual([]);
  });
});
