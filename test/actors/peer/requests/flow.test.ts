import { expect, it } from 'vitest';
import { isLarge, UnderWay } from '../../../../actors/peer/requests/flow.ts';

it('large payloads and those that need no credit share no allowance', () => {
  const underWay = new UnderWay();
  for (let n = 0; n < 8; n++) underWay.add(262_144);
  expect([isLarge(262_144), isLarge(262_145)]).toEqual([false, true]);
  expect([1, 262_144, 262_145, 10_485_760].map((size) => underWay.hasRoomFor(size))).toEqual([
    ...[false, false, true, true],
  ]);
  underWay.add(10_485_760);
  expect(underWay.hasRoomFor(262_145)).toBe(false);
  underWay.delete(10_485_760);
  underWay.delete(262_144);
  expect([262_144, 262_145].map((size) => underWay.hasRoomFor(size))).toEqual([true, true]);
});
