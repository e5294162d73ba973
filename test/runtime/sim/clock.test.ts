import { describe, expect, it } from 'vitest';
import { Standstill, VirtualClock } from '../../../runtime/sim/clock.ts';
import { clockContract } from '../../contracts/clock.contract.ts';

clockContract('a virtual clock', () => {
  const clock = new VirtualClock();
  return {
    clock,
    async until(done) {
      await clock.advanceAsync(1_000);
      await done;
    },
  };
});

/** A clock, and what ran on it: `name at time`. */
function stage() {
  const clock = new VirtualClock(1_000);
  const ran: string[] = [];
  const note = (name: string): void => void ran.push(`${name} at ${clock.monotonicMs()}`);
  return { clock, ran, note };
}

describe('an advance of a virtual clock', () => {
  it('steps from due time to due time, through timers that are armed on its way', () => {
    const { clock, ran, note } = stage();
    clock.after(15, () => note('beside'));
    clock.after(10, () => {
      note('a');
      clock.after(10, () => {
        note('b');
        clock.after(10, () => note('c'));
      });
    });
    clock.advance(29);
    expect(ran).toEqual(['a at 10', 'beside at 15', 'b at 20']);
    clock.advance(71);
    expect(ran.slice(3)).toEqual(['c at 30']);
    expect(clock.monotonicMs()).toBe(100);
  });

  it('reaches what is due at its very end, and what that arms for the same instant', () => {
    const { clock, ran, note } = stage();
    clock.after(10, () => {
      note('timer');
      clock.after(0, () => note('at once'));
      clock.after(0.5, () => note('too late'));
    });
    clock.advance(10);
    expect(ran).toEqual(['timer at 10', 'at once at 10']);
  });

  it('runs what comes soon before time moves, and timers of now among it', () => {
    const { clock, ran, note } = stage();
    clock.after(0, () => note('timer'));
    clock.after(1, () => note('next'));
    clock.soon(() => {
      note('first');
      clock.soon(() => note('second'));
    });
    clock.advance(0);
    expect(ran).toEqual(['first at 0', 'timer at 0', 'second at 0']);
    clock.advance(1);
    expect(ran.slice(3)).toEqual(['next at 1']);
  });

  it.each([-1, NaN, Infinity])('is never of %d ms', async (ms) => {
    const { clock } = stage();
    const wrong = new RangeError(`delayMs must be a finite number of at least 0, got ${ms}`);
    expect(() => clock.advance(ms)).toThrow(wrong);
    await expect(clock.advanceAsync(ms)).rejects.toThrow(wrong);
  });

  it.each([
    ['soon', (clock: VirtualClock, spin: () => void) => clock.soon(spin)],
    ['after 0 ms', (clock: VirtualClock, spin: () => void) => clock.after(0, spin)],
  ])('ends although tasks come %s for ever, after 100,000 of them at one instant', (_, again) => {
    const { clock } = stage();
    let tasks = 0;
    const spin = (): void => {
      tasks += 1;
      again(clock, spin);
    };
    clock.after(3, spin);
    const error = 'time stands still at 3 ms, where more than 100000 tasks were due';
    expect(() => clock.advance(5)).toThrow(new Standstill(3));
    expect([new Standstill(3).message, tasks, clock.monotonicMs()]).toEqual([error, 100_000, 3]);
  });

  it('counts anew at each instant, and in each advance', () => {
    const { clock } = stage();
    let tasks = 0;
    const more = (): void => {
      tasks += 1;
      if (tasks % 60_000 !== 0) clock.soon(more);
    };
    clock.soon(more);
    clock.after(1, more);
    clock.advance(1);
    clock.soon(more);
    clock.advance(0);
    expect(tasks).toBe(180_000);
  });

  it('ends although time goes on by less and less, after 10 million tasks', () => {
    const { clock } = stage();
    const creep = (): void => void clock.after(1e-3, creep);
    creep();
    expect(() => clock.advance(1e7)).toThrow(
      new RangeError('one advance must take at most 10000000 tasks; this one never ends'),
    );
  });

  it('does more in more days', () => {
    const { clock } = stage();
    let tasks = 0;
    const tick = (): void => {
      tasks += 1;
      clock.after(17, tick);
    };
    tick();
    clock.advance(2 * 86_400_000);
    expect(tasks).toBe(10_164_706);
  });

  it('throws what a task without an owner throws, and goes on with the rest next time', () => {
    const { clock, ran, note } = stage();
    const boom = (): never => {
      throw new Error('boom');
    };
    clock.soon(boom);
    clock.soon(() => note('soon'));
    clock.after(5, boom);
    clock.after(5, () => note('timer'));
    expect(() => clock.advance(10)).toThrow(new Error('boom'));
    expect([clock.monotonicMs(), clock.pending, ran]).toEqual([0, 2, []]);
    expect(() => clock.advance(10)).toThrow(new Error('boom'));
    expect([clock.monotonicMs(), clock.pending, ran]).toEqual([5, 1, ['soon at 0']]);
    clock.advance(10);
    expect([clock.monotonicMs(), clock.pending, ran]).toEqual([15, 0, ['soon at 0', 'timer at 5']]);
  });

  it('inside another may go further, and time does not come back', () => {
    const { clock, ran, note } = stage();
    clock.after(5, () => {
      clock.advance(100);
      note('inner');
    });
    clock.after(50, () => note('timer'));
    clock.advance(10);
    expect([clock.monotonicMs(), ran]).toEqual([105, ['timer at 50', 'inner at 105']]);
  });
});

describe('an asynchronous advance', () => {
  it('lets promises settle before, between and after the tasks', async () => {
    const { clock, ran, note } = stage();
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve) => void clock.after(ms, resolve));
    const walk = async (): Promise<void> => {
      for (const step of ['a', 'b', 'c']) {
        await sleep(10);
        await null;
        note(step);
      }
    };
    void Promise.resolve().then(walk);
    clock.after(15, () => note('beside'));
    clock.after(30, () => note('end'));
    await clock.advanceAsync(30);
    expect(ran).toEqual(['a at 10', 'beside at 15', 'b at 20', 'end at 30', 'c at 30']);
  });

  it('runs what settled promises put off, before time moves', async () => {
    const { clock, ran, note } = stage();
    clock.after(1, () => note('timer'));
    void Promise.resolve().then(() => clock.soon(() => note('soon')));
    await clock.advanceAsync(1);
    expect(ran).toEqual(['soon at 0', 'timer at 1']);
  });

  it('beside another one goes as far as the longer', async () => {
    const { clock, ran, note } = stage();
    for (const ms of [3, 7]) clock.after(ms, () => note('timer'));
    await Promise.all([clock.advanceAsync(10), clock.advanceAsync(5)]);
    expect([clock.monotonicMs(), ran]).toEqual([10, ['timer at 3', 'timer at 7']]);
  });
});

describe('a virtual clock', () => {
  it('counts its armed timers', () => {
    const { clock } = stage();
    const cancels = [1, 1, 2].map((ms) => clock.after(ms, () => {}));
    expect(clock.pending).toBe(3);
    cancels[2]?.();
    cancels[2]?.();
    expect(clock.pending).toBe(2);
    clock.advance(1);
    expect(clock.pending).toBe(0);
    for (const cancel of cancels) cancel();
    expect(clock.pending).toBe(0);
  });

  it('has a wall clock that jumps both ways, and moves no timer', () => {
    const { clock, ran, note } = stage();
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1_000, 0]);
    clock.after(10, () => note('timer'));
    clock.advance(4);
    clock.setWall(1_000_000);
    expect([clock.wallMs(), clock.monotonicMs(), ran]).toEqual([1_000_000, 4, []]);
    clock.setWall(5);
    clock.advance(6);
    expect([clock.wallMs(), clock.monotonicMs(), ran]).toEqual([11, 10, ['timer at 10']]);
  });
});
