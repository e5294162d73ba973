import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { runPlay } from './plays.ts';
import { shopFaults } from './shop.ts';

it.each(seedsFor({ ci: 10, full: 10_000 }))(
  'a service keeps its promises in every mode, and leaves each, from seed %i',
  async (seed) => {
    expect((await runPlay('shop', seed, shopFaults(seed))).violations).toEqual([]);
  },
);
