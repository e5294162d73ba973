import { describe, expect, it, vi } from 'vitest';
import { KeyPages } from '../../storage/key-pages.ts';
import type { Log } from '../../storage/log.ts';
import { writePaper } from '../../storage/papers.ts';
import { verifySealed } from '../../storage/sealed-ends.ts';
import { parseSealingStart } from '../../storage/sealing.ts';
import { readPaper } from '../../storage/survey.ts';
import { memoryStage, records, storeId } from './log-stage.ts';

type Stage = ReturnType<typeof memoryStage>;

/** Appends some records, and ends the segment. */
async function segment(log: Log): Promise<void> {
  await log.append(records('a', 3));
  await log.seal(await log.rotate());
}

/** A log whose seals were begun in its second segment; two more have ended since. */
async function begin() {
  const stage = memoryStage();
  const log = await stage.open();
  await segment(log);
  const start = await log.beginSeals();
  await segment(log);
  await segment(log);
  return { stage, log, start };
}

/** The verdict beside the start of the seals, and what is wrong. */
async function verdict(stage: Stage, log: Log, start: string) {
  const found = await stage.verify(log);
  const sealed = await verifySealed(
    stage.place,
    { ...found, verdict: 'ok', problems: [] },
    parseSealingStart(start, storeId),
    log.seals,
  );
  return [sealed.verdict, ...sealed.problems.map(({ because }) => because)].join(': ');
}

describe('seals over the ends of segments', () => {
  it('hold for all that ended since they were begun, also when it was shredded', async () => {
    const { stage, log, start } = await begin();
    expect([await verdict(stage, log, start), log.seals?.begun, log.seals?.next]).toEqual([
      ...['ok', 2, 4],
    ]);
    await log.shred(2, 'it is old');
    await log.close();
    const next = await stage.open();
    await segment(next);
    expect([await verdict(stage, next, start), next.seals?.next]).toEqual(['ok', 5]);
  });

  it('show what was changed later, by whoever has all keys', async () => {
    const { stage, log, start } = await begin();
    const note = await readPaper(stage.place, 2, 'note');
    if (note === undefined) throw new Error('there is no note');
    await writePaper(stage.place, { ...note, chainAfter: '00'.repeat(32) });
    const because = 'segments 2 to 3 did not end as they were sealed';
    expect(await verdict(stage, log, start)).toBe(`tampered: ${because}`);
    await stage.files.remove(stage.place.layout.paper(2, 'note'));
    expect(await verdict(stage, log, start)).toBe(`tampered: ${because}`);
  });

  it('are missed if a log has none, and told apart from those of another beginning', async () => {
    const { stage, log, start } = await begin();
    const bare = memoryStage();
    const other = await bare.open();
    expect(await verdict(bare, other, start)).toBe(
      'tampered: the key page has no seals, though they were begun',
    );
    await log.beginSeals();
    await expect(verdict(stage, log, start)).rejects.toMatchObject({
      code: 'UNPROVEN',
      message: 'the seals were begun at segment 4, not 2',
    });
  });

  it('are made good by the next opening if the process ended between note and seal', async () => {
    const { stage, log, start } = await begin();
    const putting = vi.spyOn(KeyPages.prototype, 'putSealing').mockRejectedValue(new Error('dead'));
    await expect(segment(log)).rejects.toThrow('dead');
    putting.mockRestore();
    await log.abandon();
    const next = await stage.open();
    expect([await verdict(stage, next, start), next.seals?.next]).toEqual(['ok', 5]);
  });

  it('leave nothing in memory that could make those of the past anew', async () => {
    const { log } = await begin();
    const before = log.seals?.key;
    await segment(log);
    expect(() => before?.use((bytes) => bytes)).toThrow('the key was wiped');
  });
});
