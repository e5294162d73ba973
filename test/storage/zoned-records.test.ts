import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { levelKv } from '../../storage/level-kv.ts';
import type { Files, RawOptions, RawStore } from '../../storage/ports.ts';
import { parseStoreKey } from '../../storage/session.ts';
import { zonedRecords } from '../../storage/zoned-records.ts';
import { diskStage, LogStage, records, storeId } from './log-stage.ts';

/** Stores of which the values tell whether anybody looked at them. */
class WatchedKv extends MemoryKv {
  readonly seen = new Set<number>();

  override async readRaw(path: string, options?: RawOptions): Promise<RawStore> {
    const { entries, damage } = await super.readRaw(path, options);
    const { seen } = this;
    const watched = entries.map(({ key, value }) => ({
      key,
      get value() {
        const parsed = parseStoreKey(key);
        if (parsed?.kind === 'block') seen.add(parsed.number);
        return value;
      },
    }));
    return { entries: watched, damage };
  }
}

/** A sealed segment of 400 blocks, two records each. */
async function manyBlocks() {
  const files = new MemoryFiles();
  const kv = new WatchedKv(files);
  const stage = new LogStage(files, kv, '/audit');
  const log = await stage.open();
  for (let at = 0; at < 400; at++) await log.append(records(`${at}-`, 2));
  await log.seal(await log.rotate());
  return { stage, kv, key: log.keyOf(1) ?? expect.fail('segment 1 must have a key') };
}

async function shown(reads: ReturnType<typeof zonedRecords>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const read of reads) {
    if ('index' in read) all.push(Buffer.from(read.record).toString());
    else all.push(`[${read.from}-${read.to}]`);
  }
  return all;
}

const zones = [
  { from: 4, to: 6 },
  { from: 6, to: 8 },
  { from: 700, to: 702 },
];

describe('records of zones', () => {
  it('are read, and no other block is looked at', async () => {
    const { stage, kv, key } = await manyBlocks();
    const read = await shown(zonedRecords(stage.place, 1, key, zones, { from: 0, to: 800 }));
    expect(read).toEqual('[0-4] 2-0 2-1 3-0 3-1 [8-700] 350-0 350-1 [702-800]'.split(' '));
    expect([...kv.seen]).toEqual([4, 6, 700]);
  });

  it('begin and end within a block, if the range does', async () => {
    const { stage, key } = await manyBlocks();
    const within = (from: number, to: number) =>
      shown(zonedRecords(stage.place, 1, key, zones, { from, to }));
    expect(await within(5, 7)).toEqual(['2-1', '3-0']);
    expect(await within(7, 701)).toEqual(['3-1', '[8-700]', '350-0']);
    expect(await within(8, 700)).toEqual(['[8-700]']);
  });

  it('take several looks at the store, if there are many', async () => {
    const { stage, key } = await manyBlocks();
    const all = Array.from({ length: 400 }, (_, at) => ({ from: 2 * at, to: 2 * at + 2 }));
    const read = await shown(zonedRecords(stage.place, 1, key, all, { from: 0, to: 800 }));
    expect(read).toEqual(all.flatMap((__, at) => [`${at}-0`, `${at}-1`]));
  });

  it('end before one that cannot be had', async () => {
    const { stage, kv, key } = await manyBlocks();
    const { entries } = await kv.readRaw(stage.place.layout.store(1));
    const without = entries.filter((entry) => parseStoreKey(entry.key)?.number !== 6);
    kv.readRaw = async () => ({ entries: without, damage: [] });
    const read = await shown(zonedRecords(stage.place, 1, key, zones, { from: 0, to: 800 }));
    expect(read).toEqual(['[0-4]', '2-0', '2-1']);
  });

  it('of LevelDB are fetched from the blocks that may hold them, and little else is', async () => {
    const stage = diskStage();
    const log = await stage.open();
    for (let at = 0; at < 300; at++) await log.append(records(`${at}`, 1, 60_000));
    await log.seal(await log.rotate());
    const key = log.keyOf(1) ?? expect.fail('segment 1 must have a key');
    let fetched = 0;
    const counted = async <Bytes extends Uint8Array | undefined>(work: Promise<Bytes>) => {
      const bytes = await work;
      fetched += bytes?.length ?? 0;
      return bytes;
    };
    const files = {
      ...stage.files,
      read: (path: string) => counted(stage.files.read(path)),
      readAt: (...args: Parameters<Files['readAt']>) => counted(stage.files.readAt(...args)),
    };
    const place = { ...stage.place, storeId, kv: levelKv(files) };
    const fetchedFor = async (from: number): Promise<number> => {
      fetched = 0;
      const one = { from, to: from + 1 };
      const [text] = await shown(zonedRecords(place, 1, key, [one], one));
      expect(text?.replace(/\.+$/, '')).toBe(`${from}0`);
      return fetched;
    };
    for (const from of [0, 100, 299]) expect(await fetchedFor(from)).toBeLessThan(200_000);
    await log.close();
  });
});
