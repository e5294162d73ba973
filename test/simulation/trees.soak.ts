import { describe, expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { runTree } from './trees.ts';

describe('random supervision trees with random crashes', () => {
  it.each(seedsFor({ ci: 100, full: 2000 }))(
    'keep every promise, and replay to the same trace, from seed %i',
    async (seed) => {
      const [first, second] = [await runTree(seed), await runTree(seed)];
      expect(first.violations).toEqual([]);
      expect(second.trace).toBe(first.trace);
    },
  );
});
