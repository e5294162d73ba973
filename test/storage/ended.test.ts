import { expect, it } from 'vitest';
import { endedIn } from '../../storage/ended.ts';
import { memoryStage, records } from './log-stage.ts';

it('what has ended, and was not shredded, is found by its papers, in order', async () => {
  const stage = memoryStage();
  const log = await stage.open();
  for (let count = 0; count < 3; count++) {
    await log.append(records('a', 2));
    await log.seal(await log.rotate());
  }
  await log.shred(2, 'it is old');
  const ended = await endedIn(stage.place);
  expect(ended.map(({ kind, segment, size }) => [kind, segment, size])).toEqual([
    ['note', 1, 2],
    ['note', 3, 6],
  ]);
});
