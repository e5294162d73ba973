import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { few, runPeers } from './peers.ts';

it.each(seedsFor({ ci: 4, full: 2_000 }))(
  'some few peers keep every promise, from seed %i',
  async (seed) => {
    expect((await runPeers(few, seed)).violations).toEqual([]);
  },
);
