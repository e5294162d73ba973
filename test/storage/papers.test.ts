import { expect, it } from 'vitest';
import { digestFiles } from '../../storage/digests.ts';
import { writeDigests } from '../../storage/papers.ts';
import { readPaper } from '../../storage/survey.ts';
import { memoryStage } from './log-stage.ts';

it('a paper holds the span of a segment, and the digests of its files', async () => {
  const { place, files, kv, clock } = memoryStage();
  const directory = place.layout.store(2);
  await (await kv.create(directory)).close();
  const at = (size: number) => ({ size, chain: new Uint8Array(32).fill(size) });
  await writeDigests(place, 'rest', { segment: 2, origin: at(3), end: at(7), openedMs: 11 });
  expect(await readPaper(place, 2, 'rest')).toEqual({
    v: 1,
    kind: 'rest',
    segment: 2,
    first: 3,
    size: 7,
    chainBefore: '03'.repeat(32),
    chainAfter: '07'.repeat(32),
    openedMs: 11,
    writtenMs: clock.wallMs(),
    files: await digestFiles(files, directory),
  });
});
