import { describe, expect, it } from 'vitest';
import { runPlay } from './plays.ts';

describe('sandboxes whose guests do what they like, on a host that is well', () => {
  it.each([1, 2, 3, 4, 5])('keep every level, from seed %i', async (seed) => {
    const { violations, coverage } = await runPlay('sandboxes', seed, []);
    expect(violations).toEqual([]);
    expect(coverage.sometimes['work falls'] ?? 0).toBe(0);
  });
});
