import { describe, expect, it } from 'vitest';
import { RestartBudget } from '../../../runtime/kernel/budget.ts';
import fc from '../../fast-check.ts';

/** A token bucket as in the textbook: tokens may be owed. */
class Bucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #atMs = 0;

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
  }

  reserve(nowMs: number): number {
    const earned = ((nowMs - this.#atMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - 1;
    this.#atMs = nowMs;
    return Math.max(0, (-this.#tokens / this.#perSecond) * 1000);
  }
}

const storm = fc.record({
  burst: fc.integer({ min: 1, max: 20 }),
  perSecond: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(0.001, 0.5)),
  gapsMs: fc.array(fc.oneof(fc.constant(0), fc.nat(3000)), { maxLength: 60 }),
});

/** Floating point: a millionth of a restart is none. */
const SLACK = 1e-6;

describe('the restart budget of a runtime', () => {
  it('lets at most burst + perSecond * t restarts come due in any t seconds', () => {
    fc.assert(
      fc.property(storm, ({ burst, perSecond, gapsMs }) => {
        const budget = new RestartBudget(burst, perSecond);
        let nowMs = 0;
        const dueMs = gapsMs.map((gapMs) => {
          nowMs += gapMs;
          return nowMs + budget.reserve(nowMs);
        });
        for (const [from, firstMs] of dueMs.entries()) {
          for (const [to, lastMs] of dueMs.entries()) {
            const spanS = (lastMs - firstMs) / 1000;
            if (to >= from && to - from + 1 > burst + perSecond * spanS + SLACK) return false;
          }
        }
        return true;
      }),
    );
  });

  it('makes nobody wait longer than a textbook token bucket does', () => {
    fc.assert(
      fc.property(storm, ({ burst, perSecond, gapsMs }) => {
        const budget = new RestartBudget(burst, perSecond);
        const bucket = new Bucket(burst, perSecond);
        let nowMs = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          expect(budget.reserve(nowMs)).toBeCloseTo(bucket.reserve(nowMs), 4);
        }
      }),
    );
  });

  it('gives the whole burst again after as long as it takes to earn it', () => {
    const budget = new RestartBudget(3, 10);
    const first = [0, 0, 0, 0, 0].map((nowMs) => budget.reserve(nowMs));
    const second = [500, 500, 500, 500].map((nowMs) => budget.reserve(nowMs));
    expect([first, second]).toEqual([
      [0, 0, 0, 100, 200],
      [0, 0, 0, 100],
    ]);
  });
});
