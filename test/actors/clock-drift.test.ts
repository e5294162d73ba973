import { describe, expect, it } from 'vitest';
import { ClockDrift } from '../../actors/clock-drift.ts';

describe('the drift of the wall clock', () => {
  it('is told for five minutes after a jump; what is put right little by little is none', () => {
    let monotonic = 0;
    let wall = 1_000_000;
    const clock = {
      ...{ monotonicMs: () => monotonic, wallMs: () => wall },
      ...{ after: () => () => {}, soon: () => {} },
    };
    const drift = new ClockDrift(clock);
    const looked = (passedMs: number, aheadMs: number): string => {
      monotonic += passedMs;
      wall += passedMs + aheadMs;
      const { status, observed } = drift.look();
      return `${status} ${observed?.value} ${observed?.unit}`;
    };
    expect([
      ...[looked(30_000, 0), looked(30_000, 1_999), looked(30_000, 1_999)],
      ...[looked(30_000, -3_600_000), looked(30_000, 0), looked(270_000, 15), looked(1, 0)],
    ]).toEqual([
      ...['pass 0 ms', 'pass 1999 ms', 'pass 1999 ms'],
      ...['warn -3600000 ms', 'warn -3600000 ms', 'warn -3600000 ms', 'pass 0 ms'],
    ]);
  });
});
