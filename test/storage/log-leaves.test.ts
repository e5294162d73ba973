import { describe, expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import type { Log } from '../../storage/log.ts';
import { leavesIn } from '../../storage/log-leaves.ts';
import { type ReadRange, readRecords } from '../../storage/read.ts';
import { memoryStage, records } from './log-stage.ts';

type Stage = ReturnType<typeof memoryStage>;

async function leaves(stage: Stage, log: Log, range: ReadRange = {}): Promise<readonly string[]> {
  const found: string[] = [];
  const reads = readRecords(stage.place, (segment) => log.keyOf(segment), range, log);
  for await (const leaf of leavesIn(stage.place, reads)) found.push(hex(leaf));
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
      for (let at = 0; at < leaves.length; at += 32) {
        appended.push(hex(leaves.subarray(at, at + 32)));
      }
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
