import { describe, expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import type { Log } from '../../storage/log.ts';
import { leavesIn } from '../../storage/log-leaves.ts';
import { hashesIn } from '../../storage/proofs/tiles.ts';
import { type ReadRange, readRecords } from '../../storage/read.ts';
import { diskStage, memoryStage, records } from './log-stage.ts';

type Stage = ReturnType<typeof memoryStage>;

async function leaves(
  stage: Pick<Stage, 'place'>,
  log: Log,
  range: ReadRange = {},
): Promise<readonly string[]> {
  const found: string[] = [];
  const { from = 0, to = log.size } = range;
  const read = (rest: ReadRange) =>
    readRecords(stage.place, (segment) => log.keyOf(segment), rest, log);
  for await (const some of leavesIn(stage.place, { from, to }, read)) {
    found.push(...hashesIn(some).map(hex));
  }
  return found;
}

/** Three segments of two commits each, the first two of them ended; and the leaves of all. */
async function begin() {
  const stage = memoryStage();
  const log = await stage.open();
  const appended: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    if (appended.length > 0) await log.seal(await log.rotate());
    for (const count of [3, 2]) {
      const { leaves } = await log.append(records(name, count));
      appended.push(...leaves);
    }
  }
  return { stage, log, appended };
}

describe('the leaves of a log', () => {
  it('are those of its records, as they were acknowledged', async () => {
    const { stage, log, appended } = await begin();
    expect(await leaves(stage, log)).toEqual(appended);
    expect(await leaves(stage, log, { from: 4, to: 12 })).toEqual(appended.slice(4, 12));
  });

  it('outlive the records that are shredded', async () => {
    const { stage, log, appended } = await begin();
    await log.shred(1, 'it is old');
    await log.shred(2, 'it is old');
    expect(await leaves(stage, log)).toEqual(appended);
    expect(await leaves(stage, log, { from: 4, to: 8 })).toEqual(appended.slice(4, 8));
  });

  it('take no key of a segment that has ended', async () => {
    const { stage, log, appended } = await begin();
    const keyOf = (segment: number) => (segment > 2 ? log.keyOf(segment) : undefined);
    const found: string[] = [];
    const read = (rest: ReadRange) => readRecords(stage.place, keyOf, rest, log);
    for await (const some of leavesIn(stage.place, { from: 0, to: log.size }, read)) {
      found.push(...hashesIn(some).map(hex));
    }
    expect(found).toEqual(appended);
  });

  it('are none of a segment that was changed after its end', async () => {
    const stage = diskStage();
    const log = await stage.open();
    await log.append(records('a', 20));
    await log.seal(await log.rotate());
    const store = stage.place.layout.store(1);
    const names = (await stage.files.list(store)) ?? [];
    const name = names.find((each) => each.endsWith('.ldb'));
    const path = `${store}/${name}`;
    const bytes = (await stage.files.read(path)) ?? new Uint8Array();
    const { leaves: kept } = await log.append(records('b', 1));
    const at = Buffer.from(bytes).indexOf('HFB') + 84;
    await stage.files.replace(path, bytes.with(at, (bytes[at] ?? 0) ^ 1));
    await expect(leaves(stage, log)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: 'the leaves of records 0 to 19 cannot be read',
    });
    expect(await leaves(stage, log, { from: 20 })).toEqual(kept);
    await log.close();
  });

  it.each(['changed', 'removed'])('are none if those that were kept are %s', async (how) => {
    const { stage, log } = await begin();
    await log.shred(1, 'it is old');
    const path = stage.place.layout.leaves(1);
    const kept = (await stage.files.read(path)) ?? new Uint8Array();
    if (how === 'removed') await stage.files.remove(path);
    else await stage.files.replace(path, kept.with(9, (kept[9] ?? 0) ^ 1));
    await expect(leaves(stage, log)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: 'the leaves of records 0 to 4 cannot be read',
    });
    expect(await leaves(stage, log, { from: 5 })).toHaveLength(10);
  });
});
