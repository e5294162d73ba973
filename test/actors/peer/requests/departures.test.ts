import { expect, it } from 'vitest';
import { Departures } from '../../../../actors/peer/requests/departures.ts';
import { Turns } from '../../../../actors/peer/requests/turns.ts';
import { bulk } from '../joined.ts';
import { Silent } from '../silent.ts';

it('payloads set out in order, up to 2 MiB of medium and 10 MiB of large ones', () => {
  const departures = new Departures(0);
  const others = new Turns();
  const sizes = [10_485_760, 300_000, 200_000, 300_000];
  const all = sizes.map((size) => {
    const exchange = new Silent();
    exchange.outgoing = bulk(size);
    return exchange;
  });
  const setOut = all.map((each, nth) => departures.setOut(each, bulk(sizes[nth] ?? 0)));
  expect(setOut).toEqual([true, false, true, false]);
  const [large] = all;
  if (large !== undefined) departures.release(large, others);
  expect([others.first, others.size]).toEqual([all[1], 2]);
  expect(all.map(({ underWayBytes }) => underWayBytes)).toEqual([0, 300_000, 200_000, 300_000]);
});
