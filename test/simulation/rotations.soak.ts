import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { runRotations } from './rotations.ts';

/** In CI a day of three. */
const isCi = process.env.HOLDFAST_SOAK === 'ci';
const sizes = isCi
  ? ([[3, 1.1]] as const)
  : ([
      [4, 365],
      [12, 30],
    ] as const);

for (const [count, days] of sizes) {
  it.each(seedsFor({ ci: 1, full: 1 }))(
    `${count} peers have new keys each day for ${days} days, and lose nothing, from seed %i`,
    async (seed) => {
      expect((await runRotations(count, days, seed)).violations).toEqual([]);
    },
    24 * 3_600_000,
  );
}
