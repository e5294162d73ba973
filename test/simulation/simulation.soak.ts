import { describe, expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { nouns, runPlay } from './plays.ts';

describe.each(nouns)('%s under faults of its world', (noun) => {
  it.each(seedsFor({ ci: 6, full: 2_500 }))('keeps every promise, from seed %i', async (seed) => {
    expect((await runPlay(noun, seed)).violations).toEqual([]);
  });
});

describe.each(nouns)('a simulation of %s', (noun) => {
  it.each(seedsFor({ ci: 2, full: 200 }))('is the same run again, from seed %i', async (seed) => {
    const [first, second] = [await runPlay(noun, seed), await runPlay(noun, seed)];
    expect(second.traceHash).toBe(first.traceHash);
  });
});
