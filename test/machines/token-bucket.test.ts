import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../machines/token-bucket.ts';
import fc from '../fast-check.ts';

const options = { perSecond: 4, burst: 16 };

/** Eighths are exact in binary: what flows in 125 ms can be compared with whole numbers. */
const gaps = fc.nat(40).map((eighths) => eighths * 125);
const wishes = fc.array(fc.record({ gapMs: gaps, tokens: fc.nat(20), isTaken: fc.boolean() }));

describe('a token bucket', () => {
  it('gives its burst at once, then as much as flows in', () => {
    const bucket = new TokenBucket(options, 1_000);
    const taken = [
      bucket.take(16, 1_000),
      bucket.take(1, 1_000),
      bucket.take(1, 1_249),
      bucket.take(1, 1_250),
      bucket.take(5, 2_250),
      bucket.take(4, 2_250),
    ];
    expect(taken).toEqual([true, false, false, true, false, true]);
  });

  it('holds no more than its burst, however long nobody came', () => {
    const bucket = new TokenBucket(options, 0);
    const taken = [bucket.take(17, 1e9), bucket.take(16, 1e9), bucket.take(1, 1e9)];
    expect(taken).toEqual([false, true, false]);
  });

  it('says how long to pause after what was spent ahead', () => {
    const bucket = new TokenBucket(options, 0);
    const pauses = [
      bucket.spend(16, 0),
      bucket.spend(1, 0),
      bucket.spend(0, 125),
      bucket.spend(0, 250),
      bucket.spend(100, 250),
      bucket.spend(0, 25_250),
    ];
    expect(pauses).toEqual([0, 250, 125, 0, 25_000, 0]);
  });

  it('takes nothing while there is a debt', () => {
    const bucket = new TokenBucket(options, 0);
    bucket.spend(17, 0);
    expect([bucket.take(0, 0), bucket.take(0, 250), bucket.take(1, 500)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is full when new, and again after a rest', () => {
    const bucket = new TokenBucket(options, 0);
    const before = bucket.isFull(0);
    bucket.take(8, 0);
    expect([before, bucket.isFull(1_999), bucket.isFull(2_000)]).toEqual([true, false, true]);
  });

  it('gains nothing from a clock that stands or goes back', () => {
    const bucket = new TokenBucket(options, 1_000);
    bucket.take(16, 1_000);
    expect([bucket.take(1, 1_000), bucket.take(1, 0)]).toEqual([false, false]);
  });

  it('never gives more than its burst and what flowed in, and spends exactly that', () => {
    fc.assert(
      fc.property(wishes, (all) => {
        const bucket = new TokenBucket(options, 0);
        let [nowMs, level] = [0, 16];
        for (const { gapMs, tokens, isTaken } of all) {
          nowMs += gapMs;
          level = Math.min(16, level + (gapMs * 4) / 1_000);
          if (isTaken) {
            const isGiven = level >= tokens;
            if (isGiven) level -= tokens;
            expect(bucket.take(tokens, nowMs)).toBe(isGiven);
          } else {
            level -= tokens;
            expect(bucket.spend(tokens, nowMs)).toBe(Math.max(0, Math.ceil(-level * 250)));
          }
        }
      }),
    );
  });
});
