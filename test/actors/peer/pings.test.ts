import { describe, expect, it } from 'vitest';
import { Pings } from '../../../actors/peer/pings.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';

function pings(nowMs = 0): Pings {
  const stream = new SeededRandom(1).stream('pings');
  return new Pings((length) => stream.bytes(length), nowMs);
}

describe('pings', () => {
  it('know how near the other side is, by the shortest way there and back', () => {
    const asked = pings();
    const waits = [30, 10, 20].map((waitMs, nth) => {
      const nonce = asked.begin(100 * nth);
      return [asked.answered(nonce, 100 * nth + waitMs), asked.nearestMs];
    });
    expect(waits).toEqual([
      [true, 30],
      [true, 10],
      [true, 10],
    ]);
    expect(asked.giveUp()).toBe(false);
  });

  it('are answered once, and by the nonce of the last one alone', () => {
    const asked = pings();
    const first = asked.begin(0);
    const last = asked.begin(10);
    const other = last.with(0, (last[0] ?? 0) ^ 1);
    expect([
      asked.answered(first, 20),
      asked.answered(other, 20),
      asked.answered(last, 20),
      asked.answered(last, 20),
    ]).toEqual([false, false, true, false]);
  });

  it('can be too late to be answered', () => {
    const asked = pings();
    const nonce = asked.begin(0);
    expect([asked.giveUp(), asked.giveUp(), asked.answered(nonce, 1)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('of the other side are too many beyond 64 in ten seconds', () => {
    const asked = pings();
    const burst = Array.from({ length: 66 }, () => asked.asked(0));
    expect(burst.filter(Boolean)).toHaveLength(64);
    expect(Array.from({ length: 66 }, () => asked.asked(10_000)).filter(Boolean)).toHaveLength(64);
  });
});
