import { describe, expect, it } from 'vitest';
import { parseBlock } from '../../storage/block.ts';
import { concat, u32 } from '../../storage/bytes.ts';
import { readPaper } from '../../storage/survey.ts';
import { diskStage, memoryStage, record, records, threeSegments } from './log-stage.ts';
import { MortalFiles } from './mortal-files.ts';

const paths = (stage: ReturnType<typeof memoryStage>) => stage.paths(stage.place.layout.segments);

/** What anybody can read from a store without a key: a `.leaves` that leads to its end. */
async function leavesOfStore(stage: ReturnType<typeof memoryStage>, segment: number) {
  const { entries } = await stage.kv.readRaw(stage.place.layout.store(segment));
  const blocks = entries.flatMap(({ value }) => parseBlock(value) ?? []);
  return concat(...blocks.flatMap(({ count, leaves }) => [u32(count), leaves]));
}

describe('shredding', () => {
  it('leaves leaves and papers, and neither records nor key', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    const generation = log.keyGeneration;
    await log.shred(1, 'it is old');
    expect((await paths(stage)).map((path) => path.slice('/audit/segments/'.length))).toEqual([
      '00000001.destroyed',
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

  it.each([
    ['its own', leavesOfStore],
    ['any', async () => u32(0)],
  ])('is not what an older key page and %s leaves are taken for', async (_, leavesOf) => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 3));
    await stage.copy('/audit/keys.a', '/keys.a');
    await log.seal(await log.rotate());
    await log.append(records('b', 4));
    await log.seal(await log.rotate());
    stage.kv.crash();
    for (const name of ['keys.a', 'keys.b']) await stage.copy('/keys.a', `/audit/${name}`);
    const { layout } = stage.place;
    await stage.files.create(layout.leaves(2), await leavesOf(stage, 2));
    const before = await stage.digest(layout.store(2));
    expect(await stage.verdicts()).toBe('tampered: ok tampered unverifiable');
    await (await stage.open()).close();
    expect(await stage.digest(layout.store(2))).toBe(before);
    expect(await stage.files.stat(layout.paper(2, 'shred'))).toBeUndefined();
    expect((await stage.verify()).segments[1]?.verdict).toBe('tampered');
  });

  it('is ordered by no paper that is not authentic', async () => {
    const stage = memoryStage();
    await threeSegments(stage);
    stage.kv.crash();
    const { layout } = stage.place;
    await stage.files.create(layout.paper(1, 'shred'), record('{"kind":"shred"}'));
    const log = await stage.open();
    expect(log.keyOf(1)).toBeDefined();
    expect(await stage.read({ to: 1 }, log)).toEqual(['a0']);
    await log.close();
    expect((await stage.verify()).verdict).toBe('tampered');
  });

  it.each(['leaves', 'destroyed'] as const)(
    'is not kept back by a directory for its %s',
    async (what) => {
      const stage = diskStage();
      const log = await threeSegments(stage);
      await stage.files.makeDirectory(stage.place.layout[what](1));
      await log.shred(1, 'it is old');
      await log.close();
      expect(await stage.verdicts()).toBe('tampered: shredded ok ok');
    },
  );

  it('is not taken for that of another segment where its leaves are a directory', async () => {
    const stage = diskStage();
    const log = await threeSegments(stage, true);
    await log.close();
    await stage.files.remove(stage.place.layout.leaves(1));
    await stage.files.makeDirectory(stage.place.layout.leaves(1));
    expect(await stage.verdicts()).toBe('tampered: tampered ok ok');
  });

  it.each([1, 2, 3, 4, 5, 6])('that fails at its write %i can be done again', async (n) => {
    const files = new MortalFiles();
    const stage = memoryStage(files);
    const log = await threeSegments(stage);
    files.death = 'never, it fails';
    files.dieAt = files.writes + n;
    await expect(log.shred(1, 'it is old')).rejects.toMatchObject({ code: 'DISK_FAILED' });
    await log.seal(await log.rotate());
    expect((await log.ended()).map(({ segment }) => segment)).toEqual([1, 2, 3]);
    await log.shred(1, 'it is old');
    expect((await log.ended()).map(({ segment }) => segment)).toEqual([2, 3]);
    await log.close();
    expect(await stage.verdicts()).toBe('shredded: shredded ok ok ok');
  });
});
