import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../machines/backoff.ts';

const NEARLY_ONE = 1 - 2 ** -53;

const policy = fc
  .record({
    minMs: fc.oneof(fc.constant(0), fc.nat(86_400_000)),
    moreMs: fc.nat(86_400_000),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
  })
  .map(({ minMs, moreMs, factor }) => ({ minMs, maxMs: minMs + moreMs, factor }));
const attempts = fc.oneof(fc.nat(12), fc.nat(20_000));
const draws = fc.double({ min: 0, max: NEARLY_ONE, noNaN: true });

describe('a backoff', () => {
  it('is a whole number from 0 to its ceiling, at any attempt', () => {
    fc.assert(
      fc.property(policy, attempts, draws, (backoff, attempt, draw) => {
        const delayMs = backoffMs(backoff, attempt, draw);
        const grown = backoff.minMs === 0 ? 0 : backoff.minMs * backoff.factor ** attempt;
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(Math.min(backoff.maxMs, Math.ceil(grown)));
        expect(Number.isInteger(delayMs)).toBe(true);
      }),
    );
  });

  it('grows with every failure, up to its maximum', () => {
    const backoff = { minMs: 200, maxMs: 5_000, factor: 2 };
    const ceilings = [0, 1, 2, 3, 4, 5, 6, 5000].map((attempt) =>
      backoffMs(backoff, attempt, NEARLY_ONE),
    );
    expect(ceilings).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  it('draws from the whole of its range, so that what failed together comes back apart', () => {
    const backoff = { minMs: 1000, maxMs: 1000, factor: 1 };
    expect([0, 0.25, 0.5, 0.75, NEARLY_ONE].map((draw) => backoffMs(backoff, 7, draw))).toEqual([
      0, 250, 500, 750, 1000,
    ]);
  });

  it('that begins at nothing stays nothing, even after failures without number', () => {
    expect(backoffMs({ minMs: 0, maxMs: 30_000, factor: 10 }, 400, 0.5)).toBe(0);
  });
});
