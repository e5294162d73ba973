import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Cancel, Clock } from '../../storage/ports.ts';

export interface ClockStage {
  readonly clock: Clock;
  /** Lets time pass until `done`, which the clock brings about within a second of its own time. */
  until(done: Promise<void>): Promise<void>;
}

/** What every clock promises. Only the order of tasks is compared, and time with time itself. */
export function clockContract(name: string, begin: () => ClockStage): void {
  describe(`${name} runs tasks`, () => {
    order(begin);
    turns(begin);
  });

  describe(`${name} takes tasks back`, () => {
    cancelling(begin);
  });

  describe(`${name} knows what a delay is`, () => {
    delays(begin);
  });
}

const after = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => void clock.after(delayMs, resolve));

function order(begin: () => ClockStage): void {
  it('due at the same instant in the order they were scheduled', async () => {
    const { clock, until } = begin();
    const ran: number[] = [];
    for (let task = 0; task < 20; task++) clock.after(3, () => ran.push(task));
    await until(after(clock, 3));
    expect(ran).toEqual(Array.from({ length: 20 }, (_, task) => task));
  });

  it('in the order they are due, whatever was scheduled first', async () => {
    const { clock, until } = begin();
    const ran: string[] = [];
    clock.after(30, () => ran.push('last'));
    clock.after(1, () => ran.push('first'));
    clock.after(15, () => ran.push('second'));
    await until(after(clock, 60));
    expect(ran).toEqual(['first', 'second', 'last']);
  });

  it('never before the call that schedules them has returned', async () => {
    const { clock, until } = begin();
    const ran: string[] = [];
    clock.after(0, () => ran.push('timer'));
    clock.soon(() => ran.push('soon'));
    ran.push('returned');
    await until(after(clock, 10));
    expect(ran[0]).toBe('returned');
    expect(ran.slice(1).sort()).toEqual(['soon', 'timer']);
  });
}

function turns(begin: () => ClockStage): void {
  it('soon in order; what they put off comes after all that waits', async () => {
    const { clock, until } = begin();
    const ran: string[] = [];
    clock.soon(() => {
      ran.push('a');
      clock.soon(() => ran.push('later'));
    });
    clock.soon(() => ran.push('b'));
    clock.soon(() => ran.push('c'));
    await until(after(clock, 10));
    expect(ran).toEqual(['a', 'b', 'c', 'later']);
  });

  it('that are armed by other tasks', async () => {
    const { clock, until } = begin();
    const ran: string[] = [];
    const done = new Promise<void>((resolve) => {
      clock.soon(() => {
        clock.after(2, () => {
          ran.push('timer of soon');
          clock.after(0, () => {
            ran.push('timer of timer');
            clock.soon(resolve);
          });
          ran.push('returned');
        });
      });
    });
    await until(done);
    expect(ran).toEqual(['timer of soon', 'returned', 'timer of timer']);
  });

  it('that are due, although others put themselves off for ever', async () => {
    const { clock, until } = begin();
    let isOver = false;
    const spin = (): void => {
      if (!isOver) clock.soon(spin);
    };
    clock.soon(spin);
    await until(
      after(clock, 0).then(() => {
        isOver = true;
      }),
    );
    expect(isOver).toBe(true);
  });
}

function cancelling(begin: () => ClockStage): void {
  it('before they run, once or twice', async () => {
    const { clock, until } = begin();
    const ran: string[] = [];
    const cancel = clock.after(1, () => ran.push('cancelled'));
    clock.after(1, () => ran.push('kept'));
    cancel();
    cancel();
    await until(after(clock, 10));
    expect(ran).toEqual(['kept']);
  });

  it('from a task that is due at the same instant', async () => {
    const { clock, until } = begin();
    const ran: string[] = [];
    const cancels: Cancel[] = [];
    clock.after(2, () => {
      ran.push('first');
      for (const cancel of cancels) cancel();
    });
    cancels.push(clock.after(2, () => ran.push('cancelled')));
    await until(after(clock, 10));
    expect(ran).toEqual(['first']);
  });

  it('inside or after themselves, to no effect, not even on others', async () => {
    const { clock, until } = begin();
    const ran: string[] = [];
    const cancel = clock.after(1, () => {
      cancel();
      ran.push('itself');
    });
    await until(after(clock, 5));
    clock.after(1, () => ran.push('other'));
    cancel();
    await until(after(clock, 5));
    expect(ran).toEqual(['itself', 'other']);
  });

  it('and lets go of them, although the way to cancel is kept', async () => {
    const { clock, until } = begin();
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    const { cancel, held } = armed(clock);
    cancel();
    await until(after(clock, 1));
    if (typeof collect === 'function') collect();
    expect([held.deref(), typeof cancel]).toEqual([undefined, 'function']);
    cancel();
  });
}

/** In a function of its own, so that no variable of the test holds on to what the task holds. */
function armed(clock: Clock): { cancel: Cancel; held: WeakRef<object> } {
  const held = { bytes: new Uint8Array(1024) };
  return { cancel: clock.after(500, () => held.bytes.fill(1)), held: new WeakRef(held) };
}

function delays(begin: () => ClockStage): void {
  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 5, 2 ** 53, Number.MAX_VALUE])(
    'of %d ms, which is not over at once',
    async (delayMs) => {
      const { clock, until } = begin();
      const ran: string[] = [];
      const cancel = clock.after(delayMs, () => ran.push('early'));
      await until(after(clock, 20));
      cancel();
      expect(ran).toEqual([]);
    },
  );

  it.each([NaN, Infinity, -Infinity, -1, -0.001])('which is never %d', (delayMs) => {
    const { clock } = begin();
    const wrong = new RangeError(`delayMs must be a finite number of at least 0, got ${delayMs}`);
    expect(() => clock.after(delayMs, () => {})).toThrow(wrong);
  });

  it.each([0, 0.4, 1, 1.9, 7.3])('that is over no earlier than %d ms from now', async (delayMs) => {
    const { clock, until } = begin();
    const early: number[] = [];
    const timers = Array.from({ length: 50 }, async () => {
      const armedAtMs = clock.monotonicMs();
      await after(clock, delayMs);
      const tookMs = clock.monotonicMs() - armedAtMs;
      if (tookMs < delayMs) early.push(tookMs);
    });
    await until(Promise.all(timers).then(() => {}));
    expect(early).toEqual([]);
  });

  it('because its time never goes back', async () => {
    const { clock, until } = begin();
    const times = [clock.monotonicMs()];
    const look = (): void => void times.push(clock.monotonicMs());
    for (const delayMs of [0, 1, 2, 3]) clock.after(delayMs, look);
    for (let turn = 0; turn < 100; turn++) clock.soon(look);
    await until(after(clock, 10));
    look();
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times).toHaveLength(106);
  });
}
