import { describe, expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { attack, buildVictim } from './flips.ts';

describe.each([
  ['after a clean end', true],
  ['of a process that was killed', false],
])('a log %s', (_, isClosed) => {
  it('shows every random attack, and is not changed by looking', async () => {
    const victim = await buildVictim(isClosed);
    const wrong = [];
    for (const seed of seedsFor({ ci: 15, full: 1000 })) {
      const outcome = await attack(victim, seed, seed % 10 === 0);
      if (outcome.wrong.length > 0) wrong.push(outcome);
    }
    expect(wrong).toEqual([]);
  });
});
