import { expect, it } from 'vitest';
import { giveKey, openParts } from '../../storage/opening.ts';
import { memoryStage } from './log-stage.ts';

it('a log begins with one segment, its key and a head, and each segment has one key', async () => {
  const { place } = memoryStage();
  const { pages, head, active, position, findings } = await openParts(place);
  expect([active.segment, position.size, findings]).toEqual([1, 0, []]);
  expect(head.head).toMatchObject({ generation: 1, segment: 1, openFrom: 1, isClosed: false });
  const key = pages.keyOf(1);
  expect(await giveKey(place, pages, 1)).toBe(key);
  expect(await giveKey(place, pages, 2)).not.toBe(key);
  expect(pages.segments()).toEqual([1, 2]);
});

it('a log whose keys are gone is not begun anew', async () => {
  const stage = memoryStage();
  await (await stage.open()).close();
  for (const name of ['keys.a', 'keys.b']) await stage.files.remove(`${stage.root}/${name}`);
  await expect(openParts(stage.place)).rejects.toMatchObject({ code: 'CORRUPT' });
});
