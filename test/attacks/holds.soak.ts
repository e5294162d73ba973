import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { diskStage } from '../storage/log-stage.ts';
import { erase, marked, opened, readable } from './erasure.ts';

/** As many segments as there are seeds. */
const segments = seedsFor({ ci: 100, full: 1_000 }).length;

it(`of ${segments} segments all that is held is readable, and nothing else`, async () => {
  const stage = diskStage();
  const erased = await erase(stage, segments, segments);
  console.log(`held: ${erased.held.length}, shredded: ${erased.shredded.length}`);
  expect([erased.held.length > 0, erased.shredded.length > 0]).toEqual([true, true]);
  expect(await stage.read()).toEqual(readable(segments, erased));
  expect([await opened(stage, erased), await marked(stage, erased)]).toEqual([[], []]);
  expect((await stage.verify()).verdict).toBe('shredded');
});
