import { expect, it } from 'vitest';
import type { RangeTable } from '../../actors/peer/door/range-table.ts';
import { RangesReader } from '../../actors/ranges-reader.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';

async function read(text: string, room = 10) {
  const clock = new VirtualClock();
  const taken: RangeTable[] = [];
  const reader = new RangesReader(clock, room, (table) => taken.push(table));
  const isWhole = reader.take(Buffer.from(text));
  const finishing = reader.finish().then(
    ({ heed, ...content }) => {
      heed();
      return content;
    },
    (error: unknown) => String(error),
  );
  await clock.advanceAsync(0);
  return [isWhole, await finishing, taken.length] as const;
}

const good = Array.from({ length: 10 }, (_, at) => `192.0.2.${at}\n`).join('');

it('a list is taken with a bad line in ten others, and not with more', async () => {
  const badLines = [{ line: 11, because: 'no address' }];
  expect(await read(`${good}what\n`)).toEqual([
    ...[true, { prefixes: 10, bytes: 130, bad: 1, badLines }, 1],
  ]);
  expect(await read(`${good}what\nelse\n`)).toEqual([
    true,
    'FeedRefusal: 2 lines of it are bad, and 10 good: line 11: no address; line 12: no address',
    0,
  ]);
});

it('a list with nothing but comments lists nobody', async () => {
  const nothing = { prefixes: 0, bytes: 0, bad: 0, badLines: [] };
  expect(await read('# none today\n')).toEqual([true, nothing, 1]);
});

it('a list of more prefixes than there is room for is not taken', async () => {
  expect(await read(good, 9)).toEqual([
    ...[false, 'FeedRefusal: it has more than the 9 prefixes left', 0],
  ]);
});
