import { describe, expect, it } from 'vitest';
import { IdleWatch } from '../../actors/idle-watch.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';

/** What is seen of a guest that takes so much of a core, from the end of its call on. */
function watched(share: number, spentMs = 0) {
  const clock = new VirtualClock();
  const took: number[] = [];
  const exceeded: string[] = [];
  const looks: number[] = [];
  let spent = 0;
  const watch = new IdleWatch({
    clock,
    usedMs: async () => {
      looks.push(clock.monotonicMs());
      return clock.monotonicMs() * share + spent;
    },
    onTook: (ms) => took.push(ms),
    onExceeded: (detail) => exceeded.push(detail),
  });
  clock.after(150, () => {
    spent = spentMs;
  });
  return { clock, watch, took, exceeded, looks };
}

describe('a guest that runs nothing', () => {
  it('is looked at twice as late each time, and once a minute then', async () => {
    const { clock, looks } = watched(0);
    await clock.advanceAsync(200_000);
    expect(looks).toEqual([
      ...[100, 300, 700, 1_500, 3_100, 6_300, 12_700, 25_500, 51_100],
      ...[102_300, 162_300],
    ]);
  });

  it.each([
    ['a tenth of a core', 0.1, 0, []],
    ['a second at once', 0, 1_000, []],
    ['more at once', 0, 1_021, ['it took 1021 ms of CPU while nothing ran']],
    ['all of a core', 1, 0, ['it took 1600 ms of CPU while nothing ran']],
  ])('may take %s, or not', async (_, share, spentMs, exceeded) => {
    const seen = watched(share, spentMs);
    await seen.clock.advanceAsync(3_100);
    expect(seen.exceeded).toEqual(exceeded);
  });

  it('is looked at before its next call, unless that comes at once', async () => {
    const { clock, watch, took } = watched(0.05);
    await watch.lookAgain();
    expect(took).toEqual([]);
    await clock.advanceAsync(2_100);
    await watch.lookAgain();
    expect(took).toEqual([10, 20, 40, 30]);
  });

  it('is not looked at once it runs something, nor if nobody can tell', async () => {
    const { clock, watch, took } = watched(1);
    const blind: string[] = [];
    new IdleWatch({
      clock,
      usedMs: () => Promise.reject(new Error('it is gone')),
      onTook: () => blind.push('took'),
      onExceeded: () => blind.push('exceeded'),
    });
    await clock.advanceAsync(300);
    watch.stop();
    await clock.advanceAsync(100_000);
    expect([took, blind]).toEqual([[200], []]);
  });

  it('keeps nobody from its next call if what it took cannot be told', async () => {
    const clock = new VirtualClock();
    const exceeded: string[] = [];
    const watch = new IdleWatch({
      clock,
      usedMs: () => (clock.monotonicMs() < 200 ? Promise.resolve(0) : new Promise(() => {})),
      onTook: () => {},
      onExceeded: (detail) => exceeded.push(detail),
    });
    await clock.advanceAsync(200);
    let isFree = false;
    void watch.lookAgain().then(() => {
      isFree = true;
    });
    watch.stop();
    await clock.advanceAsync(5_000);
    expect([isFree, exceeded, clock.pending]).toEqual([true, [], 0]);
  });
});
