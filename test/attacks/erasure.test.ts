import { expect, it } from 'vitest';
import { diskStage } from '../storage/log-stage.ts';
import { erase, marked, opened, readable } from './erasure.ts';

const SEGMENTS = 40;

it('what is held is readable, and of all else nothing is left: no key, no trace', async () => {
  const stage = diskStage();
  const erased = await erase(stage, SEGMENTS, 5);
  expect([erased.held.length > 0, erased.shredded.length > 0]).toEqual([true, true]);
  expect(await stage.read()).toEqual(readable(SEGMENTS, erased));
  expect([await opened(stage, erased), await marked(stage, erased)]).toEqual([[], []]);
  expect((await stage.verify()).verdict).toBe('shredded');
});

it('a key that is left would be found', async () => {
  const stage = diskStage();
  const log = await stage.open();
  const copies = [];
  for (const text of ['a', 'record-1-of-the-log']) {
    await log.append([new Uint8Array(Buffer.from(text))]);
    await log.seal(await log.rotate());
  }
  for (const segment of [1, 2]) {
    copies.push({ segment, raw: await stage.kv.readRaw(stage.place.layout.store(segment)) });
  }
  await log.shred(1, 'it is old');
  await log.close();
  const erased = { held: [], shredded: [1, 2], copies };
  expect(await opened(stage, erased)).toEqual([2]);
  expect((await marked(stage, erased)).map((path) => /\d{8}/.exec(path)?.[0])).toEqual([
    '00000002',
  ]);
});
