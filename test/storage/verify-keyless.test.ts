import { describe, expect, it } from 'vitest';
import { verifyWithoutKey } from '../../storage/verify-keyless.ts';
import { diskStage, type LogStage, threeSegments } from './log-stage.ts';

async function closed(): Promise<LogStage> {
  const stage = diskStage();
  await (await threeSegments(stage, true)).close();
  return stage;
}

const verify = ({ files, kv, root }: LogStage) => verifyWithoutKey(files, kv, root);

describe('a verifier without a key', () => {
  it('finds no contradiction in a whole log, and says that this proves little', async () => {
    const stage = await closed();
    const before = await stage.digest();
    expect(await verify(stage)).toEqual({
      verdict: 'unverifiable',
      size: 14,
      checked: 0,
      unanchored: 14,
      segments: [
        { segment: 1, verdict: 'unverifiable', first: 0, size: 5 },
        { segment: 2, verdict: 'unverifiable', first: 5, size: 9 },
        { segment: 3, verdict: 'unverifiable', first: 9, size: 14 },
      ],
      problems: [{ verdict: 'unverifiable', because: 'there is no key' }],
    });
    expect(await stage.digest()).toBe(before);
  });

  it('follows the blocks of a segment that has no paper', async () => {
    const stage = diskStage();
    const log = await threeSegments(stage);
    const found = await verify(stage);
    expect([found.verdict, found.size]).toEqual(['unverifiable', 14]);
    await log.close();
  });

  it.each([
    ['a leaf', '00000001.leaves', 50],
    ['a paper', '00000002.note', 70],
    ['a file of a store', '00000003/CURRENT', 3],
  ])('sees that %s contradicts the rest', async (_, name, at) => {
    const stage = await closed();
    await stage.flip(`${stage.place.layout.segments}/${name}`, at);
    expect((await verify(stage)).verdict).toBe('tampered');
  });

  it('misses a segment, and finds what does not belong', async () => {
    const stage = await closed();
    const { layout, files } = stage.place;
    await files.create(`${layout.segments}/notes`, new Uint8Array());
    expect((await verify(stage)).problems).toHaveLength(2);
    for (const kind of ['note', 'shred'] as const) await files.remove(layout.paper(1, kind));
    await files.remove(layout.leaves(1));
    const { segments } = await verify(stage);
    expect(segments[0]).toMatchObject({ verdict: 'tampered', because: 'the segment is missing' });
  });

  it('ends with a verdict where there is nothing', async () => {
    expect(await verify(diskStage())).toMatchObject({ verdict: 'unverifiable', segments: [] });
  });
});
