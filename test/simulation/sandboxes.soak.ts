import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { runPlay } from './plays.ts';

it.each(seedsFor({ ci: 30, full: 10_000 }))(
  'no work runs below its floor, no guest lowers a level, and each is back, from seed %i',
  async (seed) => {
    expect((await runPlay('sandboxes', seed)).violations).toEqual([]);
  },
);
