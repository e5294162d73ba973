import { describe, expect, it } from 'vitest';
import { Buckets } from '../../../../actors/peer/door/buckets.ts';

const options = { perSecond: 1, burst: 2 };

describe('buckets of many', () => {
  it('give each its own rate', () => {
    const buckets = new Buckets(options);
    const taken = ['a', 'a', 'a', 'b'].map((key) => buckets.take(key, 0));
    expect([...taken, buckets.take('a', 1_000), buckets.take('a', 1_000)]).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('forget one that is full again, and no other', () => {
    const buckets = new Buckets(options);
    for (const key of ['a', 'a', 'b']) buckets.take(key, 0);
    buckets.sweep(999);
    expect(buckets.size).toBe(2);
    buckets.sweep(1_000);
    expect(buckets.size).toBe(1);
    expect([buckets.take('a', 1_000), buckets.take('a', 1_000)]).toEqual([true, false]);
    buckets.sweep(3_000);
    expect(buckets.size).toBe(0);
  });

  it('are 65,536 at most', () => {
    const buckets = new Buckets(options);
    let most = 0;
    for (let nth = 0; nth < 100_000; nth++) {
      buckets.take(`${nth}`, 0);
      most = Math.max(most, buckets.size);
    }
    expect(most <= 65_536).toBe(true);
  });
});
