import { describe, expect, it } from 'vitest';
import { addCoverage } from '../../runtime/sim/coverage.ts';
import { once } from '../once.ts';
import { type Noun, runPlay } from './plays.ts';

const seeds = Array.from({ length: 25 }, (_, index) => index + 1);

/** What some run at least must have come upon: else it would promise nothing. */
const wanted: Readonly<Record<Exclude<Noun, 'audit' | 'peers' | 'shop'>, readonly string[]>> = {
  kernel: ['a job is poison', 'an actor has ended'],
  breakers: ['an answer comes late', 'an open breaker is restored'],
  sandboxes: ['work is refused below its floor', 'work falls', 'a guest misbehaves'],
  state: ['a flush is refused', 'a restored order expires', 'a waiting order is restored'],
};

describe.each(['kernel', 'breakers', 'state', 'sandboxes'] as const)(
  '%s, in a simulated world',
  (noun) => {
    const runs = new Map(seeds.map((seed) => [seed, once(() => runPlay(noun, seed))]));

    it.each([...runs])('keeps every promise, whatever goes wrong, from seed %i', async (_, run) => {
      expect((await run()).violations).toEqual([]);
    });

    it('is the same run again from the same seed', async () => {
      const first = await runs.get(7)?.();
      expect((await runPlay(noun, 7)).traceHash).toBe(first?.traceHash);
    });

    it('comes upon what it is about', async () => {
      const seen = await Promise.all([...runs.values()].map((run) => run()));
      const { sometimes } = seen.map(({ coverage }) => coverage).reduce(addCoverage);
      expect(wanted[noun].filter((name) => !sometimes[name])).toEqual([]);
    });
  },
);
