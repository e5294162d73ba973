import { randomBytes } from 'node:crypto';
import { setTimeout as realTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hearOutsideCalls } from '../../../runtime/world/outside-calls.ts';

const here = import.meta.url.replace('file://', '');

/** What a run called, and what it came to; places without line and column, if of this file. */
async function heard<Result>(work: () => Promise<Result>) {
  const [reads, waits]: [string[], string[]] = [[], []];
  const result = await hearOutsideCalls(work, ({ text, isWait }) => {
    const [what = '', place = ''] = text.split(' at ');
    const isHere = new RegExp(`^${here}:\\d+:\\d+$`).test(place);
    (isWait ? waits : reads).push(isHere ? what : text);
  });
  return { result, reads, waits };
}

describe('what a run calls of its process', () => {
  it('is heard with its place, and answered as ever', async () => {
    const { result, reads } = await heard(async () => [
      Date.now() > 0,
      new Date().getFullYear() > 0,
      new Date(7).getTime(),
      typeof Date(),
      performance.now() > 0,
      process.hrtime()[0] > 0,
      process.hrtime.bigint() > 0n,
      Math.random() < 1,
      crypto.randomUUID().length,
      randomBytes(3).length,
      await new Promise((resolve) => setImmediate(resolve, 'turned')),
    ]);
    expect(result).toEqual([
      ...[true, true, 7, 'string', true, true, true, true],
      ...[36, 3, 'turned'],
    ]);
    expect(reads).toEqual([
      ...['Date.now', 'new Date', 'Date', 'performance.now', 'process.hrtime'],
      ...['process.hrtime.bigint', 'Math.random', 'crypto.randomUUID', 'crypto.randomBytes'],
      'setImmediate',
    ]);
  });

  it('is a wait if it is answered in real time', async () => {
    const { waits } = await heard(async () => {
      clearTimeout(setTimeout(() => {}, 1));
      clearInterval(setInterval(() => {}, 1));
      await realTimeout(1);
      await fetch('data:,').then((answer) => answer.text());
    });
    expect(waits).toEqual(['setTimeout', 'setInterval', 'timers.setTimeout', 'fetch']);
  });

  it('is heard of by its own run alone, and by nobody afterwards', async () => {
    const [now, random, bytes] = [Date.now, Math.random, randomBytes];
    const OriginalDate = Date;
    let late = (): void => {};
    const long = heard(async () => {
      await new Promise<void>((resolve) => {
        late = resolve;
      });
      return crypto.randomUUID().length;
    });
    const short = heard(async () => Math.random() < 1);
    Date.now();
    expect((await short).reads).toEqual(['Math.random']);
    late();
    expect((await long).reads).toEqual(['crypto.randomUUID']);
    expect([Date.now, Math.random, randomBytes, Date]).toEqual([now, random, bytes, OriginalDate]);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });
});
