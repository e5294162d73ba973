import { describe, expect, it } from 'vitest';
import { within } from '../../actors/deadline.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { StorageError } from '../../storage/faults.ts';

describe('work with a deadline', () => {
  it('comes to what it comes to in time, and leaves no timer', async () => {
    const clock = new VirtualClock();
    expect(await within(clock, 10, Promise.resolve(7))).toBe(7);
    await expect(within(clock, 10, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await clock.advanceAsync(0);
    expect(clock.pending).toBe(0);
  });

  it('fails when the deadline is over, whatever it comes to later', async () => {
    const clock = new VirtualClock();
    let finish = (_value: number): void => {};
    const work = new Promise<number>((resolve) => {
      finish = resolve;
    });
    const bounded = within(clock, 10, work).catch((error: unknown) => error);
    await clock.advanceAsync(10);
    finish(7);
    expect(await bounded).toEqual(new StorageError('DISK_FAILED', 'not done within 10 ms'));
  });
});
