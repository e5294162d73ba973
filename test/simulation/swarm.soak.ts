import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { many, runPeers } from './peers.ts';

/** In CI a tenth of all, for five minutes. */
const size =
  process.env.HOLDFAST_SOAK === 'ci'
    ? { ...many, count: 10, byzantine: 3, hidden: 2, horizonMs: 300_000 }
    : many;

it.each(seedsFor({ ci: 2, full: 200 }))(
  'a swarm keeps every promise, from seed %i',
  async (seed) => {
    expect((await runPeers(size, seed)).violations).toEqual([]);
  },
  3_600_000,
);
