import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import type { Log } from '../../storage/log.ts';
import { isHole, type ReadRange, readRecords } from '../../storage/read.ts';
import type { Filter } from '../../storage/zone-map.ts';
import fc from '../fast-check.ts';
import { type Event, eventRecord, events, filters, isAskedFor, timeAt } from './events.ts';
import { type MemoryStage, memoryStage } from './log-stage.ts';
import { MortalFiles } from './mortal-files.ts';

/** Commits of events, in segments, of which the last one is active. */
async function logOf(stage: MemoryStage, segments: readonly (readonly Event[][])[]): Promise<Log> {
  const log = await stage.open();
  for (const [at, commits] of segments.entries()) {
    for (const commit of commits) await log.append(commit.map((each) => eventRecord(each, 33_000)));
    if (at < segments.length - 1) await log.seal(await log.rotate());
  }
  return log;
}

/** What is asked for of what is read, and the indices of the gaps. */
async function found(stage: MemoryStage, log: Log, filter: Filter, range: ReadRange) {
  const asked: number[] = [];
  const missing: number[] = [];
  for await (const read of readRecords(stage.place, (n) => log.keyOf(n), range, log)) {
    if (isHole(read)) for (let at = read.from; at < read.to; at++) missing.push(at);
    else if (isAskedFor(JSON.parse(Buffer.from(read.record).toString()), filter)) {
      asked.push(read.index);
    }
  }
  return { asked, missing };
}

const segments = fc.array(
  fc.array(fc.array(events, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  { minLength: 2, maxLength: 4 },
);

const ranges = fc.record({ from: fc.nat(20), to: fc.nat(40) }, { requiredKeys: [] });

/** A flipped byte of the store of a segment, by shares. */
const damages = fc.option(fc.tuple(fc.nat(3), fc.integer({ min: 100, max: 200_000 })));

async function damage(stage: MemoryStage, log: Log, given: readonly [number, number] | null) {
  const [segment, at] = [(given?.[0] ?? 0) + 1, given?.[1] ?? 0];
  if (given === null || segment >= log.segment || log.keyOf(segment) === undefined) return;
  const path = `${stage.place.layout.store(segment)}/store`;
  await stage.flip(path, at % ((await stage.files.stat(path))?.sizeBytes ?? 1));
}

const three = (type: string): Event[][] =>
  [0, 1, 2].map((at) => [{ type: at === 1 ? type : 'usual', time: timeAt(at) }]);

const zonePaths = async (stage: MemoryStage): Promise<readonly string[]> =>
  (await stage.paths()).filter((path) => path.endsWith('.zones'));

/** The indices of what is read with a filter: more than it asks for, perhaps. */
async function read(stage: MemoryStage, log: Log, range: ReadRange, isLive = true) {
  const all: number[] = [];
  const reads = readRecords(stage.place, (n) => log.keyOf(n), range, isLive ? log : undefined);
  for await (const each of reads) all.push(isHole(each) ? -1 : each.index);
  return all;
}

describe('reading with a filter', () => {
  it('finds what reading all finds, and each gap where something may be lost', async () => {
    const given = [segments, fc.array(filters, { minLength: 1, maxLength: 3 }), ranges] as const;
    const harm = [damages, damages, fc.option(fc.nat(2))] as const;
    const check = async (
      [parts, asked, range]: [Event[][][], Filter[], ReadRange],
      [early, late, shredded]: [[number, number] | null, [number, number] | null, number | null],
    ) => {
      const stage = memoryStage();
      const log = await logOf(stage, parts);
      const all = parts.flat(2);
      if (shredded !== null && shredded + 1 < log.segment) await log.shred(shredded + 1, 'old');
      await damage(stage, log, early);
      for (const filter of asked) {
        const whole = await found(stage, log, filter, range);
        await read(stage, log, filter);
        expect(await found(stage, log, filter, { ...range, ...filter })).toEqual(whole);
      }
      await damage(stage, log, late);
      for (const filter of asked) {
        const whole = await found(stage, log, filter, range);
        const now = await found(stage, log, filter, { ...range, ...filter });
        expect(now.asked).toEqual(whole.asked);
        expect(whole.missing).toEqual(expect.arrayContaining(now.missing));
        const untold = whole.missing.filter((at) => !now.missing.includes(at));
        for (const at of untold) expect(isAskedFor(all[at] ?? expect.fail(), filter)).toBe(false);
      }
    };
    await fc.assert(fc.asyncProperty(fc.tuple(...given), fc.tuple(...harm), check), {
      numRuns: 60,
    });
  });

  it('notes the zones of sealed segments, and then passes over what cannot match', async () => {
    const stage = memoryStage();
    const log = await logOf(stage, [three('rare'), three('usual'), three('usual')]);
    expect(await read(stage, log, { type: 'rare' })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await zonePaths(stage)).toEqual([
      '/audit/segments/00000001.zones',
      '/audit/segments/00000002.zones',
    ]);
    expect(await read(stage, log, { type: 'rare' })).toEqual([1, 6, 7, 8]);
    expect(await read(stage, log, { sinceMs: Date.parse(timeAt(2)) })).toEqual([2, 5, 6, 7, 8]);
    expect(await read(stage, log, {})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await log.close();
    expect(await stage.verdicts()).toBe('ok: ok ok ok');
  });

  it('tells a gap where what may match is damaged, and none where nothing can match', async () => {
    const stage = memoryStage();
    const types = ['rare', 'usual', 'rare', 'usual', 'rare'];
    const commits = types.map((type) => [{ type, time: timeAt(0) }]);
    const log = await logOf(stage, [commits, three('usual')]);
    await read(stage, log, { type: 'rare' });
    const store = `${stage.place.layout.store(1)}/store`;
    await stage.flip(store, 1.5 * 33_000);
    expect(await read(stage, log, { type: 'rare', to: 5 })).toEqual([0, 2, 4]);
    await stage.flip(store, 2.5 * 33_000);
    expect(await read(stage, log, { type: 'rare', to: 5 })).toEqual([0, -1, 3, 4]);
  });

  it('notes nothing of a segment of which it read a part, or that has a gap', async () => {
    const stage = memoryStage();
    const log = await logOf(stage, [three('rare'), three('usual'), three('usual')]);
    await read(stage, log, { type: 'rare', from: 1, to: 5 });
    await stage.flip(`${stage.place.layout.store(2)}/store`, 300);
    await read(stage, log, { type: 'rare', from: 1 });
    expect(await zonePaths(stage)).toEqual([]);
  });

  it('notes nothing in a directory that it does not own, but goes by what is there', async () => {
    const stage = memoryStage();
    const log = await logOf(stage, [three('rare'), three('usual')]);
    await read(stage, log, { type: 'rare' }, false);
    expect(await zonePaths(stage)).toEqual([]);
    await read(stage, log, { type: 'rare' });
    expect(await read(stage, log, { type: 'rare', to: 3 }, false)).toEqual([1]);
  });

  it('makes zones anew that are damaged, and does without if the disk takes none', async () => {
    const stage = memoryStage();
    const log = await logOf(stage, [three('rare'), three('usual')]);
    const path = stage.place.layout.zones(1);
    const { replace } = stage.files;
    stage.files.replace = async () => {
      throw new StorageError('NO_SPACE', 'the disk is full');
    };
    expect(await read(stage, log, { type: 'rare' })).toEqual([0, 1, 2, 3, 4, 5]);
    stage.files.replace = replace;
    await read(stage, log, { type: 'rare' });
    await stage.flip(path, 50);
    expect(await read(stage, log, { type: 'rare' })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await read(stage, log, { type: 'rare' })).toEqual([1, 3, 4, 5]);
  });

  it('keeps zones for no segment that is shredded, not even one that was meanwhile', async () => {
    const stage = memoryStage();
    const log = await logOf(stage, [three('rare'), three('rare'), three('usual')]);
    await read(stage, log, { type: 'rare', to: 3 });
    await log.shred(1, 'it is old');
    for await (const each of readRecords(stage.place, (n) => log.keyOf(n), { type: 'rare' }, log)) {
      if (!isHole(each) && each.index === 5) await log.shred(2, 'it is old');
    }
    expect(await zonePaths(stage)).toEqual([]);
    expect(await read(stage, log, { type: 'rare' })).toEqual([-1, -1, 6, 7, 8]);
    await log.close();
    expect(await stage.verdicts()).toBe('shredded: shredded shredded ok');
  });

  it('calls shredded what is shredded while its zones are being fetched', async () => {
    const stage = memoryStage();
    const log = await logOf(stage, [three('rare'), three('usual')]);
    await read(stage, log, { type: 'rare' });
    const { kv } = stage;
    const readRaw = kv.readRaw.bind(kv);
    kv.readRaw = async (path, options) => {
      const raw = await readRaw(path, options);
      kv.readRaw = readRaw;
      await log.shred(1, 'it is old');
      return raw;
    };
    const reads: unknown[] = [];
    const reading = readRecords(stage.place, (n) => log.keyOf(n), { type: 'rare', to: 3 }, log);
    for await (const each of reading) reads.push(each);
    expect(reads).toEqual([{ from: 0, to: 3, because: 'shredded' }]);
  });

  it.each(['amid it', 'after it'] as const)(
    'leaves no zones of a segment without a key, though the process dies %s at any write',
    async (death) => {
      for (let n = 1; ; n++) {
        const files = new MortalFiles();
        const stage = memoryStage(files);
        const log = await logOf(stage, [three('rare'), three('usual')]);
        Object.assign(files, { death, dieAt: files.writes + n });
        const ending = read(stage, log, { type: 'rare' }).then(() => log.shred(1, 'it is old'));
        const isOver = await ending.then(
          () => true,
          () => false,
        );
        stage.kv.crash();
        files.revive();
        const next = await stage.open();
        const isLeft = (await zonePaths(stage)).length > 0;
        const isShredded = next.keyOf(1) === undefined;
        const whole = isShredded ? [-1, 3, 4, 5] : [0, 1, 2, 3, 4, 5];
        const found = await read(stage, next, { type: 'rare' });
        expect([n, isShredded && isLeft, found]).toEqual([n, false, isLeft ? [1, 3, 4, 5] : whole]);
        await next.close();
        if (isOver) return;
      }
    },
  );

  it('is misled by nothing that stands where zones do, and no verdict depends on it', async () => {
    const stage = memoryStage();
    const log = await logOf(stage, [three('rare'), three('usual'), three('usual')]);
    await read(stage, log, { type: 'rare' });
    const { zones } = stage.place.layout;
    const place = zones.bind(stage.place.layout);
    await stage.swap(place(1), place(2));
    await stage.files.makeDirectory(`${place(3)}/inside`);
    await stage.files.replace(place(9), new Uint8Array(10));
    expect(await read(stage, log, { type: 'rare' })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await log.close();
    expect(await stage.verdicts()).toBe('ok: ok ok ok');
    await (await stage.open()).close();
    expect(await stage.verdicts()).toBe('ok: ok ok ok');
  });
});
