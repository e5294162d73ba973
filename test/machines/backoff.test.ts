import { describe, expect, it } from 'vitest';
import { backoffMs, decorrelatedMs, equalJitterMs } from '../../machines/backoff.ts';
import fc from '../fast-check.ts';

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

describe('a backoff with equal jitter', () => {
  it('is a whole number from half of its ceiling to the whole of it, at any attempt', () => {
    fc.assert(
      fc.property(policy, attempts, draws, (backoff, attempt, draw) => {
        const delayMs = equalJitterMs(backoff, attempt, draw);
        const growth = Math.min(backoff.factor ** attempt, Number.MAX_VALUE);
        const ceilingMs = Math.min(backoff.maxMs, backoff.minMs * growth);
        expect(delayMs).toBeGreaterThanOrEqual(Math.floor(ceilingMs / 2));
        expect(delayMs).toBeLessThanOrEqual(Math.ceil(ceilingMs));
        expect(Number.isInteger(delayMs)).toBe(true);
      }),
    );
  });

  it('draws from the upper half of its range, and from all of that', () => {
    const backoff = { minMs: 1000, maxMs: 1000, factor: 1 };
    expect([0, 0.25, 0.5, 0.75, NEARLY_ONE].map((draw) => equalJitterMs(backoff, 7, draw))).toEqual(
      [500, 625, 750, 875, 1000],
    );
  });

  it('grows with every failure, up to its maximum', () => {
    const backoff = { minMs: 200, maxMs: 5_000, factor: 2 };
    const floors = [0, 1, 2, 3, 4, 5, 6, 5000].map((attempt) => equalJitterMs(backoff, attempt, 0));
    expect(floors).toEqual([100, 200, 400, 800, 1600, 2500, 2500, 2500]);
  });
});

describe('a backoff with decorrelated jitter', () => {
  const range = fc
    .record({ minMs: fc.integer({ min: 1, max: 3_600_000 }), moreMs: fc.nat(3_600_000) })
    .map(({ minMs, moreMs }) => ({ minMs, maxMs: minMs + moreMs }));

  it('waits from its minimum to three times its last wait, and never beyond its maximum', () => {
    fc.assert(
      fc.property(range, fc.array(draws, { minLength: 1, maxLength: 30 }), (backoff, drawn) => {
        let beforeMs = backoff.minMs;
        for (const draw of drawn) {
          const delayMs = decorrelatedMs(backoff, beforeMs, draw);
          expect(delayMs).toBeGreaterThanOrEqual(backoff.minMs);
          expect(delayMs).toBeLessThanOrEqual(Math.min(backoff.maxMs, 3 * beforeMs));
          expect(Number.isInteger(delayMs)).toBe(true);
          beforeMs = delayMs;
        }
      }),
    );
  });

  it('draws from the whole of its range', () => {
    const backoff = { minMs: 100, maxMs: 10_000 };
    const delays = [0, 0.25, 0.5, 0.75, NEARLY_ONE].map((draw) =>
      decorrelatedMs(backoff, 300, draw),
    );
    expect(delays).toEqual([100, 300, 500, 700, 900]);
  });

  it('grows threefold at most, up to its maximum, and may fall back to its minimum', () => {
    const backoff = { minMs: 100, maxMs: 2_000 };
    let beforeMs = backoff.minMs;
    const waits = [NEARLY_ONE, NEARLY_ONE, NEARLY_ONE, 0, NEARLY_ONE].map((draw) => {
      beforeMs = decorrelatedMs(backoff, beforeMs, draw);
      return beforeMs;
    });
    expect(waits).toEqual([300, 900, 2_000, 100, 300]);
  });
});
