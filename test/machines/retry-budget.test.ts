import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../machines/retry-budget.ts';
import fc from '../fast-check.ts';

/** Sixteenths are exact in binary, so that a budget can be compared with whole numbers. */
const sixteenths = fc.nat(16);
const bursts = fc.integer({ min: 1, max: 6 });

/** True is a call that begins, false one that wants to be made again. */
const traffic = fc.array(fc.boolean(), { maxLength: 200 });

describe('a retry budget', () => {
  it('grants its burst at once, and no more', () => {
    const budget = new RetryBudget({ ratio: 0.2, burst: 3 });
    const granted = [1, 2, 3, 4, 5].map(() => budget.withdraw());
    expect(granted).toEqual([true, true, true, false, false]);
  });

  it('earns one retry with every so many calls', () => {
    const budget = new RetryBudget({ ratio: 0.25, burst: 1 });
    budget.withdraw();
    const granted = [1, 2, 3, 4, 5, 6, 7, 8].map(() => {
      budget.deposit();
      return budget.withdraw();
    });
    expect(granted).toEqual([false, false, false, true, false, false, false, true]);
  });

  it('earns nothing beyond its burst, however long all went well', () => {
    const budget = new RetryBudget({ ratio: 1, burst: 2 });
    for (let call = 0; call < 1_000; call++) budget.deposit();
    expect([1, 2, 3].map(() => budget.withdraw())).toEqual([true, true, false]);
  });

  it('of no ratio ends with its burst', () => {
    const budget = new RetryBudget({ ratio: 0, burst: 1 });
    const before = budget.withdraw();
    for (let call = 0; call < 1_000; call++) budget.deposit();
    expect([before, budget.withdraw()]).toEqual([true, false]);
  });

  it('keeps the options it was made with, for others to compare', () => {
    const options = { ratio: 0.2, burst: 10 };
    expect(new RetryBudget(options).options).toBe(options);
  });

  it('decides like a count of whole sixteenths, in whatever traffic', () => {
    fc.assert(
      fc.property(sixteenths, bursts, traffic, (ratio, burst, calls) => {
        const budget = new RetryBudget({ ratio: ratio / 16, burst });
        let left = burst * 16;
        for (const isCall of calls) {
          if (isCall) {
            budget.deposit();
            left = Math.min(burst * 16, left + ratio);
            continue;
          }
          const isGranted = left >= 16;
          if (isGranted) left -= 16;
          expect(budget.withdraw()).toBe(isGranted);
        }
      }),
    );
  });

  it('never grants more than its burst and its share of the calls', () => {
    const ratios = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(ratios, bursts, traffic, (ratio, burst, calls) => {
        const budget = new RetryBudget({ ratio, burst });
        let [made, granted] = [0, 0];
        for (const isCall of calls) {
          if (isCall) budget.deposit();
          if (isCall) made += 1;
          else if (budget.withdraw()) granted += 1;
          // Floating point: a millionth of a retry is none.
          expect(granted).toBeLessThanOrEqual(burst + made * ratio + 1e-6);
        }
      }),
    );
  });
});
