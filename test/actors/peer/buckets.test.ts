import { describe, expect, it } from 'vitest';
import { Buckets } from '../../../actors/peer/buckets.ts';

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

  it('are 50,000 at most: that which is longest unused goes', () => {
    const buckets = new Buckets(options);
    for (let nth = 0; nth < 50_000; nth++) buckets.take(`${nth}`, 0);
    buckets.take('0', 0);
    buckets.take('another', 0);
    expect(buckets.size).toBe(50_000);
    const left = (key: string): boolean[] => [1, 2].map(() => buckets.take(key, 0));
    // Two tokens: it is a new one. None: it is that which was used twice.
    expect([left('1'), left('0')]).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});
