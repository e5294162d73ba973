import { describe, expect, it } from 'vitest';
import { KeyPages } from '../../storage/key-pages.ts';
import { relicsIn } from '../../storage/relics.ts';
import { survey } from '../../storage/survey.ts';
import { type MemoryStage, memoryStage, record, threeSegments } from './log-stage.ts';

/** Three segments, the first shredded, of a process that was killed, or after a clean end. */
async function left(isClosed: boolean): Promise<MemoryStage> {
  const stage = memoryStage();
  const log = await threeSegments(stage);
  await stage.copy('/audit/segments/00000001', '/old');
  await log.shred(1, 'it is old');
  if (isClosed) await log.close();
  else stage.kv.crash();
  return stage;
}

async function relics({ place }: MemoryStage) {
  const { files, keys, storeId, layout } = place;
  const { page } = await KeyPages.read({ files, key: keys.keys, storeId }, layout.keys);
  return (await relicsIn(place, await survey(place), page)).map(
    ({ verdict, because }) => `${verdict}: ${because}`,
  );
}

const { layout } = memoryStage().place;

describe('what cannot stay in the directory of a log', () => {
  it.each<[string, (stage: MemoryStage) => Promise<unknown>, readonly string[], readonly string[]]>(
    [
      ['nothing', async () => {}, [], []],
      [
        'leaves of a segment that is not shredded',
        ({ files }) => files.create(layout.leaves(2), record('x')),
        ['tornTail: segment 2: it has leaves, and is not shredded'],
        ['tampered: segment 2: it has leaves, and is not shredded'],
      ],
      [
        'the store of one that is',
        (stage) => stage.copy('/old', layout.store(1)),
        [],
        ['tampered: segment 1: its store is there again'],
      ],
      [
        'the next one',
        async ({ kv }) => (await kv.create(layout.store(4))).close(),
        [],
        ['tampered: segment 4: it was made after a clean end'],
      ],
      [
        'a paper for the next one',
        ({ files }) => files.create(layout.paper(4, 'note'), record('x')),
        ['tampered: segment 4: it lies beyond the end'],
        ['tampered: segment 4: it was made after a clean end'],
      ],
      [
        'one beyond the next',
        async ({ kv }) => (await kv.create(layout.store(5))).close(),
        ['tampered: segment 5: it lies beyond the end'],
        ['tampered: segment 5: it was made after a clean end'],
      ],
    ],
  )('is %s: after a kill, after a clean end', async (_, lay, killed, closed) => {
    for (const isClosed of [false, true]) {
      const stage = await left(isClosed);
      await lay(stage);
      expect(await relics(stage)).toEqual(isClosed ? closed : killed);
    }
  });

  it('is a paper for a segment that was made ahead of its time', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await log.prepare();
    stage.kv.crash();
    await stage.files.create(layout.paper(4, 'rest'), record('x'));
    expect(await relics(stage)).toEqual(['tampered: segment 4: it lies beyond the end']);
  });
});
