import { describe, expect, it } from 'vitest';
import { Log } from '../../storage/log.ts';
import { type LogStage, memoryStage, records } from './log-stage.ts';

/** Where each of five commits of two records ends in the file, and how it ends: without a close. */
async function fiveCommits(stage: LogStage, headAfter: number): Promise<readonly number[]> {
  const log = await stage.open();
  const path = `${stage.place.layout.store(1)}/store`;
  const ends: number[] = [];
  const measure = async () => ends.push((await stage.files.stat(path))?.sizeBytes ?? 0);
  await measure();
  for (let commit = 1; commit <= 5; commit++) {
    await log.append(records(`${commit}-`, 2));
    if (commit === headAfter) await log.writeHead();
    await measure();
  }
  return ends;
}

const places = [0, 1, 2, 3, 4, 5].flatMap((head) =>
  [0, 1, 2, 3, 4, 5].map((kept) => ({ head, kept })),
);

describe('the head is the line between loss and torn tail', () => {
  it.each(places)('with the head after commit $head, and $kept commits left', async (spot) => {
    const { head, kept } = spot;
    const [whole, torn] = [memoryStage(), memoryStage()];
    const path = `${whole.place.layout.store(1)}/store`;
    const ends = await fiveCommits(whole, head);
    await fiveCommits(torn, head);
    await whole.files.truncate(path, ends[kept] ?? 0);
    await torn.files.truncate(path, (ends[kept] ?? 0) + 20);
    for (const { kv } of [whole, torn]) kv.crash();
    const isKept = kept >= head;
    expect([await whole.verdicts(), await torn.verdicts()]).toEqual(
      isKept
        ? ['ok: ok', 'tornTail: tornTail']
        : ['rolledBack: rolledBack', 'rolledBack: rolledBack'],
    );
    const { log, findings } = await Log.open(whole.place);
    const lost = (head - kept) * 2;
    const because = `records ${kept * 2} to ${head * 2 - 1} are missing`;
    const finding = { kind: 'quarantined', segment: 1, because, lost };
    expect([log.size, findings]).toEqual([Math.max(kept, head) * 2, isKept ? [] : [finding]]);
    await log.close();
    expect(await whole.verdicts()).toBe(isKept ? 'ok: ok' : 'rolledBack: rolledBack ok');
  });

  it('and a broken block behind it keeps the segment shut, without an alarm', async () => {
    const stage = memoryStage();
    const ends = await fiveCommits(stage, 3);
    stage.kv.crash();
    await stage.flip(`${stage.place.layout.store(1)}/store`, (ends[3] ?? 0) + 60);
    expect(await stage.verdicts()).toBe('tornTail: tornTail');
    const { log, findings } = await Log.open(stage.place);
    expect([log.size, log.segment, findings]).toMatchObject([
      10,
      2,
      [{ kind: 'quarantined', segment: 1, lost: 2 }],
    ]);
    await log.close();
    expect(await stage.verdicts()).toBe('tornTail: tornTail ok');
  });

  it('and a block before it that is not whole is tampering', async () => {
    const stage = memoryStage();
    const ends = await fiveCommits(stage, 3);
    stage.kv.crash();
    await stage.flip(`${stage.place.layout.store(1)}/store`, (ends[2] ?? 0) + 60);
    expect(await stage.verdicts()).toBe('tampered: tampered');
  });
});

describe('after a clean end', () => {
  async function closed(): Promise<LogStage> {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 3));
    await log.close();
    return stage;
  }

  it('nothing is torn: what is cut off was taken', async () => {
    const stage = await closed();
    const path = `${stage.place.layout.store(1)}/store`;
    await stage.files.truncate(path, ((await stage.files.stat(path))?.sizeBytes ?? 0) - 1);
    expect(await stage.verdicts()).toBe('tampered: tampered');
  });

  it('an older store with its older paper is a rollback', async () => {
    const stage = await closed();
    const { store, paper } = { store: '/old', paper: '/old.rest' };
    await stage.copy(stage.place.layout.store(1), store);
    await stage.copy(stage.place.layout.paper(1, 'rest'), paper);
    const log = await stage.open();
    await log.append(records('b', 1));
    await log.close();
    await stage.files.remove(stage.place.layout.store(1));
    await stage.copy(store, stage.place.layout.store(1));
    await stage.copy(paper, stage.place.layout.paper(1, 'rest'));
    expect(await stage.verdicts()).toBe('rolledBack: rolledBack');
  });

  it('a segment more is tampering', async () => {
    const stage = await closed();
    await stage.copy(stage.place.layout.store(1), stage.place.layout.store(2));
    expect(await stage.verdicts()).toBe('tampered: ok tampered');
  });
});
