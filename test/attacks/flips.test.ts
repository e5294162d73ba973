import { describe, expect, it } from 'vitest';
import { attack, buildVictim } from './flips.ts';

describe.each([
  ['after a clean end', true],
  ['of a process that was killed', false],
])('a log %s', (_, isClosed) => {
  it('shows each of 8 random attacks, and is not changed by looking', async () => {
    const victim = await buildVictim(isClosed, 1);
    const outcomes = [];
    for (let seed = 1; seed <= 8; seed++) outcomes.push(await attack(victim, seed, seed % 3 === 0));
    expect(outcomes.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  });
});
