import { expect, it } from 'vitest';
import { leavesOf, recordsFrom } from '../../actors/log-records.ts';
import { memoryStage, records, threeSegments } from '../storage/log-stage.ts';

it('the leaves of records are those that were given out with them', async () => {
  const stage = memoryStage();
  const log = await stage.open();
  const { leaves } = await log.append(records('a', 3));
  await log.append(records('b', 2));
  expect(await leavesOf(stage.place, log, 0, 3)).toEqual(leaves);
  expect((await leavesOf(stage.place, log, 1, 5)).slice(0, 2)).toEqual(leaves.slice(1));
});

it('the newest records are read across segments, with the end of what was shredded', async () => {
  const stage = memoryStage();
  const log = await threeSegments(stage, true);
  const readFrom = async (from: number) => {
    const { records: read, shreddedTo } = await recordsFrom(stage.place, log, from);
    return [read.map((record) => Buffer.from(record).toString()), shreddedTo];
  };
  const newest = ['c0', 'c1', 'c2', 'c3', 'd0', 'd1', 'd2', 'e0', 'e1'];
  expect([await readFrom(3), await readFrom(9)]).toEqual([
    [newest, 5],
    [newest.slice(4), 0],
  ]);
});
