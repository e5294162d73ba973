import { expect, it } from 'vitest';
import { entriesOf, entriesOfDoubt } from '../../storage/entries.ts';
import { memoryStage } from './log-stage.ts';

it('of a doubtful segment all is had that its original or its copy still has', async () => {
  const { kv, place } = memoryStage();
  const put = (key: number, value: number) => ({
    key: Uint8Array.of(key),
    value: Uint8Array.of(value),
  });
  const original = await kv.create(place.layout.store(1));
  await original.commit([put(1, 1), put(2, 2)]);
  expect((await entriesOf(original)).entries).toEqual([put(1, 1), put(2, 2)]);
  expect((await entriesOfDoubt(place, 1)).entries).toEqual([put(1, 1), put(2, 2)]);
  const copy = await kv.create(place.layout.copyOf(1));
  await copy.commit([put(2, 3), put(1, 1), put(4, 4)]);
  const { entries } = await entriesOfDoubt(place, 1);
  expect(entries).toEqual([put(1, 1), put(2, 2), put(2, 3), put(4, 4)]);
});
