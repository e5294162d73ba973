import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { runRotations } from './rotations.ts';

const isCi = process.env.HOLDFAST_SOAK === 'ci';
const sizes = isCi
  ? [{ count: 3, days: 2.2, turns: 1 }]
  : [
      { count: 4, days: 365, turns: 12 },
      { count: 12, days: 30, turns: 6 },
    ];

for (const size of sizes) {
  const { count, days } = size;
  it.each(seedsFor({ ci: 1, full: 1 }))(
    `${count} peers have new keys each day for ${days} days, and lose nothing, from seed %i`,
    async (seed) => {
      expect((await runRotations(size, seed)).violations).toEqual([]);
    },
    24 * 3_600_000,
  );
}
