import { describe, expect, it } from 'vitest';
import { digestFiles } from '../../storage/digests.ts';
import type { NotePaper } from '../../storage/paper.ts';
import { writePaper } from '../../storage/papers.ts';
import { verifySealed } from '../../storage/sealed-ends.ts';
import { parseSealingStart } from '../../storage/sealing.ts';
import { readPaper } from '../../storage/survey.ts';
import { memoryStage, records, storeId } from './log-stage.ts';

/** A log of three segments, of which the first is sealed by a key that nobody has any more. */
async function sealed() {
  const stage = memoryStage();
  const log = await stage.open();
  const start = parseSealingStart(await log.beginSeals(), storeId);
  await log.append(records('a', 3));
  await log.seal(await log.rotate());
  await log.append(records('b', 3));
  const note = await readPaper(stage.place, 1, 'note');
  if (note?.kind !== 'note') throw new Error('there is no note');
  /** What a verifier says of the segment, who kept the start of the seals. */
  const judged = async () => {
    const found = await stage.verify(log);
    const { verdict, segments } = await verifySealed(stage.place, found, start, log.seals);
    return [verdict, segments[0]?.because];
  };
  return { stage, log, note, judged };
}

type Sealed = Awaited<ReturnType<typeof sealed>>;

/** Whoever has all keys writes another store, and a paper that vouches for it. */
async function plantDoubt({ stage: { files, place }, note }: Sealed): Promise<void> {
  const store = place.layout.store(1);
  const [name = ''] = (await files.list(store)) ?? [];
  await files.replace(`${store}/${name}`, Buffer.from('what never was'));
  const { v, segment, first, size, chainBefore, chainAfter, openedMs, writtenMs } = note;
  const span = { v, segment, first, size, chainBefore, chainAfter, openedMs, writtenMs };
  const doubt = { verdict: 'tornTail', because: '', lost: 0, copy: [] } as const;
  const digests = await digestFiles(files, store);
  await writePaper(place, { ...span, kind: 'doubt', ...doubt, files: digests });
}

describe('papers of one segment', () => {
  it('are what they were, before and after it was shredded', async () => {
    const { log, judged } = await sealed();
    expect(await judged()).toEqual(['ok', undefined]);
    await log.shred(1, 'it is old');
    expect(await judged()).toEqual(['shredded', 'it is old']);
  });

  it('are never a note and a doubt, or seals would vouch for what nobody reads', async () => {
    const log = await sealed();
    await plantDoubt(log);
    expect(await log.judged()).toEqual(['tampered', 'it has both a note and a doubt']);
  });

  it.each<Partial<NotePaper>>([
    { first: 0, size: 2 },
    { chainBefore: '11'.repeat(32) },
    { chainAfter: '22'.repeat(32) },
  ])('say the same of where it ended: %o is another end', async (other) => {
    const { stage, log, note, judged } = await sealed();
    await log.shred(1, 'it is old');
    await writePaper(stage.place, { ...note, ...other });
    const [verdict, because] = await judged();
    expect([verdict, because]).toEqual(['tampered', 'its note and its shred differ']);
  });
});
