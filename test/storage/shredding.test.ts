import { describe, expect, it } from 'vitest';
import { readPaper } from '../../storage/survey.ts';
import { diskStage, memoryStage, records, threeSegments } from './log-stage.ts';

const paths = (stage: ReturnType<typeof memoryStage>) => stage.paths(stage.place.layout.segments);

describe('shredding', () => {
  it('leaves leaves and papers, and neither records nor key', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    const generation = log.keyGeneration;
    await log.shred(1, 'it is old');
    expect((await paths(stage)).map((path) => path.slice('/audit/segments/'.length))).toEqual([
      '00000001.leaves',
      '00000001.note',
      '00000001.shred',
      '00000002/store',
      '00000002.note',
      '00000003/store',
    ]);
    expect([log.keyOf(1), log.keyGeneration, log.promise.keyGeneration]).toEqual([
      undefined,
      generation + 1,
      generation + 1,
    ]);
    expect(await readPaper(stage.place, 1, 'shred')).toMatchObject({
      because: 'it is old',
      keyGeneration: generation + 1,
      first: 0,
      size: 5,
    });
    expect((await log.ended()).map(({ segment }) => segment)).toEqual([2]);
  });

  it('is done once: a second time changes nothing', async () => {
    const stage = diskStage();
    const log = await threeSegments(stage);
    await Promise.all([log.shred(1, 'it is old'), log.shred(1, 'again')]);
    const before = await stage.digest(stage.place.layout.segments);
    await log.shred(1, 'and again');
    expect(await stage.digest(stage.place.layout.segments)).toBe(before);
    await log.close();
    expect(await stage.verdicts()).toBe('shredded: shredded ok ok');
  });

  it('is refused for a segment that has not ended', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await expect(log.shred(3, 'too early')).rejects.toMatchObject({ code: 'GONE' });
    await expect(log.shred(9, 'never')).rejects.toMatchObject({ code: 'GONE' });
  });

  it('drops a key again that an older key page brought back', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await stage.copy('/audit/keys.a', '/keys.a');
    await log.shred(1, 'it is old');
    await log.close();
    for (const name of ['keys.a', 'keys.b']) await stage.copy('/keys.a', `/audit/${name}`);
    const again = await stage.open();
    expect(again.keyOf(1)).toBeUndefined();
    await again.close();
    expect((await stage.verify()).verdict).toBe('rolledBack');
  });

  it('of a quarantined segment keeps what was thought of it', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 4));
    await log.close();
    await stage.flip(`${stage.place.layout.store(1)}/store`, 300);
    const again = await stage.open();
    expect(await stage.verdicts(again)).toBe('tampered: tampered ok');
    await again.shred(1, 'it is old');
    await again.close();
    expect(await stage.verdicts()).toBe('tampered: tampered ok');
    expect(await stage.read()).toEqual(['[0-4 shredded]']);
  });
});
