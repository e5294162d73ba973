import { setTimeout as realTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { globalCalls } from '../../../runtime/sim/global-calls.ts';

const here = import.meta.url.replace('file://', '');

/** What was called, without line and column, which must be those of this file. */
const named = (calls: readonly string[]): string[] =>
  calls.map((call) => {
    const [what, place = ''] = call.split(' at ');
    return place.startsWith(`${here}:`) ? `${what}` : call;
  });

describe('what user code calls of the globals', () => {
  it('is told with its place, each place once', async () => {
    const { result, calls } = await globalCalls(async () => {
      for (let times = 0; times < 3; times++) Math.random();
      clearTimeout(setTimeout(() => {}, 1));
      return [
        Date.now() > 0,
        new Date().getFullYear() > 0,
        new Date(7).getTime(),
        performance.now() > 0,
      ];
    });
    expect(result).toEqual([true, true, 7, true]);
    expect(named(calls)).toEqual([
      'Math.random',
      'setTimeout',
      'Date.now',
      'new Date',
      'performance.now',
    ]);
    expect(calls[0]).toMatch(/global-calls\.test\.ts:\d+:\d+$/);
  });

  it('is heard by each of two who listen at once, and by nobody afterwards', async () => {
    const [now, random] = [Date.now, Math.random];
    const OriginalDate = Date;
    const long = globalCalls(async () => {
      await realTimeout(20);
      return crypto.randomUUID().length;
    });
    const short = globalCalls(async () => Math.random() < 1);
    expect(named((await short).calls)).toEqual(['Math.random']);
    expect(named((await long).calls)).toEqual(['Math.random', 'crypto.randomUUID']);
    expect([Date.now, Math.random, Date]).toEqual([now, random, OriginalDate]);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });
});
