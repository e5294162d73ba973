import { afterEach, describe, expect, it, vi } from 'vitest';
import { clock } from '../../../runtime/world/clock.ts';
import { clockContract } from '../../contracts/clock.contract.ts';

clockContract('the clock of this machine', () => ({ clock, until: (done) => done }));

describe('a delay longer than setTimeout keeps', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([2 ** 31 + 5, 3 * 2 ** 31 + 0.5])('is waited for in pieces: %d ms', (delayMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const ran: string[] = [];
    clock.after(delayMs, () => ran.push('due'));
    vi.advanceTimersByTime(Math.floor(delayMs) - 1);
    expect(ran).toEqual([]);
    vi.advanceTimersByTime(10);
    expect(ran).toEqual(['due']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('can be taken back between two pieces', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const ran: string[] = [];
    const cancel = clock.after(2 ** 32, () => ran.push('due'));
    vi.advanceTimersByTime(2 ** 31 + 5);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(2 ** 32);
    expect(ran).toEqual([]);
  });
});
