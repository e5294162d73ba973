import { expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import { openRecords } from '../../storage/open-records.ts';
import { memoryStage, records, storeId } from './log-stage.ts';

it('records are opened in order, none twice, and only those that are authentic', async () => {
  const stage = memoryStage();
  const log = await stage.open();
  const { leaves } = await log.append(records('a', 3));
  await log.append(records('b', 2));
  const key = log.keyOf(1);
  const { entries } = await stage.kv.readRaw(stage.place.layout.store(1));
  if (key === undefined) throw new TypeError('segment 1 must have a key');
  const open = (from: number, to: number, given = entries, segment = 1) =>
    [...openRecords(given, segment, key, storeId, { from, to })].map(({ index, record }) => {
      return `${index} ${Buffer.from(record).toString()}`;
    });
  expect(open(0, 9)).toEqual(['0 a0', '1 a1', '2 a2', '3 b0', '4 b1']);
  expect(open(2, 4)).toEqual(['2 a2', '3 b0']);
  expect(open(0, 9, [...entries, ...entries])).toEqual(open(0, 9));
  const broken = entries.map(({ key: name, value }, at) => ({
    key: name,
    value: at === 0 ? value.slice(0, -1) : value,
  }));
  expect(open(0, 9, broken)).toEqual(['3 b0', '4 b1']);
  expect(open(0, 9, entries, 2)).toEqual([]);
  const [first] = openRecords(entries, 1, key, storeId, { from: 1, to: 2 });
  expect(first && hex(first.leaf)).toBe(leaves[1]);
});
