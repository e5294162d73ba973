import { expect, it } from 'vitest';
import { readPaper, survey } from '../../storage/survey.ts';
import { memoryStage, threeSegments } from './log-stage.ts';

it('a survey says what lies in the directory, and trusts authentic papers only', async () => {
  const stage = memoryStage();
  expect(await survey(stage.place)).toEqual({
    head: undefined,
    isHeadWhole: false,
    segments: [],
    strays: [],
  });
  const log = await threeSegments(stage, true);
  await log.close();
  await stage.files.create(`${stage.place.layout.segments}/x`, new Uint8Array());
  const { head, isHeadWhole, segments, strays } = await survey(stage.place);
  expect([head?.size, head?.openFrom, isHeadWhole, strays]).toEqual([14, 3, true, ['x']]);
  expect(segments.map(({ segment, has }) => [segment, [...has].sort().join()])).toEqual([
    [1, 'destroyed,leaves,note,shred'],
    [2, 'note,store'],
    [3, 'rest,store'],
  ]);
  const note = stage.place.layout.paper(2, 'note');
  expect(await readPaper(stage.place, 2, 'note')).toMatchObject({ first: 5, size: 9 });
  await stage.copy(note, stage.place.layout.paper(3, 'note'));
  expect(await readPaper(stage.place, 3, 'note')).toBeUndefined();
  await stage.flip(note, 20);
  expect(await readPaper(stage.place, 2, 'note')).toBeUndefined();
});
