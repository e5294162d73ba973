import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findMarks, marksOf } from '../../storage/erasure.ts';
import { diskStage, type LogStage, records, threeSegments } from './log-stage.ts';

/** The files under the root in which one of `needles` is found. */
async function filesWith(stage: LogStage, needles: readonly Uint8Array[]) {
  const { files, root } = stage;
  const found: string[] = [];
  for (const path of await stage.paths(root)) {
    const bytes = path.endsWith('/LOCK') ? undefined : await files.read(path);
    const text = Buffer.from(bytes ?? []);
    if (needles.some((needle) => text.includes(Buffer.from(needle)))) found.push(path);
  }
  return found;
}

describe('after a shredding', () => {
  it('no file holds a record, a block or the key of the segment; other segments stay', async () => {
    const stage = diskStage();
    const log = await stage.open();
    const texts = records('the marker of a record that is to be gone, number ', 200);
    await log.append(texts);
    const old = await log.rotate();
    await log.append(records('another', 20));
    await log.seal(old);
    await log.seal(await log.rotate());
    const marks = marksOf(await stage.kv.readRaw(stage.place.layout.store(1)));
    const key = log.keyOf(1)?.use((bytes) => bytes.slice()) ?? new Uint8Array();
    expect(key).toHaveLength(32);
    expect(await filesWith(stage, marks)).not.toEqual([]);
    expect(await log.shred(1, 'it is old')).toEqual([]);
    expect(await filesWith(stage, [...texts, ...marks, key])).toEqual([]);
    const others = marksOf(await stage.kv.readRaw(stage.place.layout.store(2)));
    expect(await filesWith(stage, others)).not.toEqual([]);
    await log.close();
  });

  it('a copy that somebody left in the log is found, and named', async () => {
    const stage = diskStage();
    const log = await threeSegments(stage);
    const { layout } = stage.place;
    await stage.files.makeDirectory(`${layout.quarantine}/by-hand`);
    cpSync(layout.store(1), `${layout.quarantine}/by-hand`, {
      recursive: true,
      filter: (path) => !path.endsWith('LOCK'),
    });
    const left = await log.shred(1, 'it is old');
    expect(left).not.toEqual([]);
    expect(left.filter((path) => !path.startsWith('quarantine/by-hand/'))).toEqual([]);
    await log.close();
  });

  it('nothing is looked for where there was no block', async () => {
    const stage = diskStage();
    const log = await threeSegments(stage);
    expect(marksOf({ entries: [], damage: [] })).toEqual([]);
    expect(await findMarks(stage.files, stage.place.layout, [])).toEqual([]);
    await log.close();
  });
});
