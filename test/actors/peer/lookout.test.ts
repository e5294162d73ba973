import { describe, expect, it } from 'vitest';
import { Lookout } from '../../../actors/peer/lookout.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

/** What is seen of a conversation, with the time. */
function watched(pingMs: number, idleMs: number) {
  const clock = new VirtualClock();
  const diary: string[] = [];
  const note = (what: string): void => void diary.push(`${what} ${clock.monotonicMs()}`);
  const talk = {
    ...{ isHeard: false, isStalled: false, isSpent: false, endHealthCheck() {} },
    checkHealth: () => note('asked'),
  };
  const events = {
    ...{ isLive: true, isEnded: false, onHeard: () => note('heard') },
    drop: (because: string) => {
      events.isEnded = true;
      note(because);
    },
  };
  const deadlines = { pingMs, stalledMs: 30_000, idleMs };
  return { clock, diary, talk, lookout: new Lookout({ clock, deadlines }, talk, events) };
}

describe('the lookout of a connection', () => {
  it.each([
    [30_000, 60_000, [30_000, 60_000, 90_000]],
    [10_000, 60_000, [10_002, 20_004, 30_006]],
    [240_000, 600_000, [240_000, 480_000, 720_000]],
    [3_600_000, 60_000, [3_600_000, 7_200_000, 10_800_000]],
  ])('asks every %d ms, even if silence is borne for %d', (pingMs, idleMs, times) => {
    const { clock, diary } = watched(pingMs, idleMs);
    clock.advance(pingMs * 3 + 10);
    expect(diary).toEqual(times.map((ms) => `asked ${ms}`));
  });

  it('tells five times that it was heard before it could be taken for silent', () => {
    const { clock, diary, talk } = watched(3_600_000, 20_000);
    for (let nth = 0; nth < 20; nth++) {
      talk.isHeard = true;
      clock.advance(1_000);
    }
    expect(diary).toEqual([4, 8, 12, 16, 20].map((s) => `heard ${s * 1_000}`));
  });

  it('lets go of whoever takes nothing in for so long, and not before', () => {
    const { clock, diary, talk } = watched(3_600_000, 60_000);
    talk.isStalled = true;
    clock.advance(24_000);
    talk.isStalled = false;
    clock.advance(12_000);
    talk.isStalled = true;
    clock.advance(120_000);
    expect(diary).toEqual(['it takes nothing in 72000']);
  });

  it('leaves no timer behind', () => {
    const { clock, lookout } = watched(30_000, 60_000);
    lookout.stop();
    expect(clock.pending).toBe(0);
  });
});
