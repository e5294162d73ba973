import { describe, expect, it, vi } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import type { KvPut, KvRange, KvStore } from '../../storage/ports.ts';
import { readRecords } from '../../storage/read.ts';
import fc from '../fast-check.ts';
import { diskStage, LogStage, memoryStage, records, threeSegments } from './log-stage.ts';

/** A store that counts what is read of it. */
class CountingKv extends MemoryKv {
  read = 0;

  override async create(path: string): Promise<KvStore> {
    const store = await super.create(path);
    const count = (): void => {
      this.read += 1;
    };
    return {
      get: (key) => store.get(key),
      commit: (puts, deletes) => store.commit(puts, deletes),
      settle: () => store.settle(),
      close: () => store.close(),
      scan: (range) => counted(store, range, count),
    };
  }
}

async function* counted(store: KvStore, range: KvRange, count: () => void): AsyncGenerator<KvPut> {
  for await (const entry of store.scan(range)) {
    count();
    yield entry;
  }
}

describe('reading', () => {
  it('of a segment with many blocks takes several looks at it, and misses none', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    const texts = Array.from({ length: 700 }, (_, at) => `r${at}`);
    for (const record of records('r', 700)) await log.append([record]);
    await log.seal(await log.rotate());
    const raw = vi.spyOn(stage.kv, 'readRaw');
    expect(await stage.read({}, log)).toEqual(texts);
    expect(raw).toHaveBeenCalledTimes(3);
    expect(await stage.read({ from: 255, to: 514 }, log)).toEqual(texts.slice(255, 514));
    expect(await stage.read({ from: 699 }, log)).toEqual(['r699']);
  });

  it('waits for no reading of another log, whose disk may hang', async () => {
    const [hanging, well] = [memoryStage(), memoryStage()];
    for (const stage of [hanging, well]) await (await threeSegments(stage)).close();
    vi.spyOn(hanging.kv, 'readRaw').mockReturnValue(new Promise(() => {}));
    void hanging.read();
    expect(await well.read({ from: 0, to: 1 })).toEqual(['a0']);
  });

  it('at the end of an open log looks at nothing but the open segment', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    const listing = vi.spyOn(stage.files, 'list');
    const reading = vi.spyOn(stage.files, 'read');
    const { size } = log;
    expect(await stage.read({ from: size - 1 }, log)).toEqual(['e1']);
    expect([listing.mock.calls, reading.mock.calls]).toEqual([[], []]);
  });

  it('begins and ends anywhere, as a slice of the whole does, live and at rest', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    const all = await stage.read({}, log);
    const span = fc.tuple(fc.nat(16), fc.nat(16));
    const check = (live: boolean) =>
      fc.asyncProperty(span, async ([from, to]) => {
        const read = await stage.read({ from, to }, live ? log : undefined);
        expect(read).toEqual(all.slice(from, Math.max(from, to)));
      });
    await fc.assert(check(true), { numRuns: 60 });
    await log.close();
    await fc.assert(check(false), { numRuns: 60 });
  });

  it('one record of an open segment takes a few blocks of it', async () => {
    const files = new MemoryFiles();
    const kv = new CountingKv(files);
    const stage = new LogStage(files, kv, '/audit');
    const log = await stage.open();
    for (let at = 0; at < 300; at++) await log.append(records(`${at}-`, 2));
    kv.read = 0;
    expect(await stage.read({ from: 401, to: 402 }, log)).toEqual(['200-1']);
    expect(kv.read).toBeLessThanOrEqual(4);
    kv.read = 0;
    expect(await stage.read({}, log)).toHaveLength(600);
    expect(kv.read).toBeLessThan(300 + 300 / 4);
  });

  it('calls shredded what is shredded while it is being read', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    for (const each of records('a', 300)) await log.append([each]);
    await log.seal(await log.rotate());
    await log.append(records('b', 2));
    await log.seal(await log.rotate());
    const reading = readRecords(stage.place, (n) => log.keyOf(n), {}, log);
    await reading.next();
    for (const segment of [1, 2]) await log.shred(segment, 'it is old');
    const holes: unknown[] = [];
    for await (const read of reading) if ('because' in read) holes.push(read);
    expect(holes).toEqual([
      { from: 256, to: 300, because: 'shredded' },
      { from: 300, to: 302, because: 'shredded' },
    ]);
  });

  it('tells holes from records: shredded, damaged, without a key', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage, true);
    await log.close();
    await stage.flip(`${stage.place.layout.store(2)}/store`, 300);
    expect(await stage.read({ from: 2, to: 11 })).toEqual([
      '[2-5 shredded]',
      '[5-9 damaged]',
      'd0',
      'd1',
    ]);
    const keyless = [];
    const range = { from: 4, to: 9 };
    for await (const read of readRecords(stage.place, () => undefined, range)) keyless.push(read);
    expect(keyless).toEqual([
      { from: 4, to: 5, because: 'shredded' },
      { from: 5, to: 9, because: 'keyMissing' },
    ]);
  });

  it('shows a hole up to the head where a segment is gone', async () => {
    const stage = memoryStage();
    await (await threeSegments(stage)).close();
    await stage.files.remove(stage.place.layout.store(2));
    await stage.files.remove(stage.place.layout.paper(2, 'note'));
    await stage.files.remove(stage.place.layout.store(3));
    expect(await stage.read({ from: 4 })).toEqual(['b1', '[5-14 damaged]']);
  });

  it.each([
    ['in memory', memoryStage],
    ['in LevelDB', diskStage],
  ])('goes on while the segment is rotated out and sealed, %s', async (_, stageOf) => {
    const stage = stageOf();
    const log = await stage.open();
    for (let at = 0; at < 40; at++) await log.append(records(`${at}-`, 1));
    const found: number[] = [];
    for await (const read of readRecords(stage.place, (n) => log.keyOf(n), {}, log)) {
      found.push('index' in read ? read.index : -1);
      if (found.length === 5) await log.rotate();
      if (found.length === 10) await log.append(records('late', 1));
      if (found.length === 20) await log.seal(1);
    }
    expect(found).toEqual(Array.from({ length: 40 }, (__, index) => index));
    expect((await stage.read({}, log)).length).toBe(41);
    await log.close();
  });

  it('ends for a block of an open segment that is not authentic', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    for (let at = 0; at < 20; at++) await log.append(records(`${at}-`, 1));
    const store = log.storeOf(1);
    const junk = new Uint8Array(130);
    for (let at = 1; at < 19; at++) {
      const key = Uint8Array.of(0x62, 0, 0, 0, 0, 0, 0, 0, at);
      await store?.commit([{ key, value: junk }]);
    }
    expect(await stage.read({}, log)).toEqual(['0-0', '[1-19 damaged]', '19-0']);
  });
});
