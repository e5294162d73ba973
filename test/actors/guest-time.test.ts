import { describe, expect, it } from 'vitest';
import { GuestTime } from '../../actors/guest-time.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';

describe('the time that guests take', () => {
  it.each([
    [499, false],
    [500, true],
  ])('is much, if it is half of a core: %d ms of a second: %s', async (tookMs, isMuch) => {
    const clock = new VirtualClock();
    const time = new GuestTime(clock);
    time.add(10_000);
    const mark = time.mark();
    time.add(tookMs);
    await clock.advanceAsync(1_000);
    expect(time.isMuchSince(mark)).toBe(isMuch);
  });
});
