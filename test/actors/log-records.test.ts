import { expect, it } from 'vitest';
import { leavesOf, newestOf } from '../../actors/log-records.ts';
import { memoryStage, records, threeSegments } from '../storage/log-stage.ts';

it('the leaves of records are those that were given out with them', async () => {
  const stage = memoryStage();
  const log = await stage.open();
  const { leaves } = await log.append(records('a', 3));
  await log.append(records('b', 2));
  expect(await leavesOf(stage.place, log, 0, 3)).toEqual(Buffer.from(leaves));
  expect((await leavesOf(stage.place, log, 1, 5)).subarray(0, 64)).toEqual(
    Buffer.from(leaves.subarray(32)),
  );
});

it('the newest records are read across segments, as many as there are', async () => {
  const stage = memoryStage();
  const log = await threeSegments(stage, true);
  const textsOf = async (count: number) =>
    (await newestOf(stage.place, log, count)).map((record) => Buffer.from(record).toString());
  expect(await textsOf(6)).toEqual(['c3', 'd0', 'd1', 'd2', 'e0', 'e1']);
  expect((await textsOf(99)).length).toBe(9);
});
