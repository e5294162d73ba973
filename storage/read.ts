import { entriesOfDoubt } from './entries.ts';
import { StorageError } from './faults.ts';
import type { SegmentNames } from './layout.ts';
import type { Log } from './log.ts';
import { openRecords, type Range, type StoredRecord } from './open-records.ts';
import type { NotePaper, Paper } from './paper.ts';
import type { Place } from './place.ts';
import type { KvPut, KvStore } from './ports.ts';
import type { Secret } from './secret.ts';
import { blockKey, parseStoreKey, sessionRange } from './session.ts';
import { readPaper, survey } from './survey.ts';
import { readZones } from './zone-file.ts';
import { type Filter, ZoneMaker, zonesFor } from './zone-map.ts';
import { type Unasked, zonedRecords } from './zoned-records.ts';

export type { StoredRecord } from './open-records.ts';

/** Indices from `from`, included, to `to`, excluded, that nobody can read, and why. */
export interface Hole {
  readonly from: number;
  readonly to: number;
  readonly because: 'shredded' | 'damaged' | 'keyMissing';
}

/** With a filter, records that it does not ask for may be left out. */
export interface ReadRange extends Filter {
  /** Included; 0 by default. */
  readonly from?: number | undefined;
  /** Excluded; to the end by default. */
  readonly to?: number | undefined;
}

export const isHole = (read: StoredRecord | Hole): read is Hole => 'because' in read;

/** How many blocks of a store that is open here are in memory at once: 1 MiB. */
const BLOCKS_PER_CHUNK = 16;
/** Of a segment that has ended: 16 MiB. The next of them take another look at its files. */
const ENDED_BLOCKS_PER_CHUNK = 256;

/** Where the segments of an open log that have ended lie: that never changes. */
const spansOf = new WeakMap<Log, Map<number, Range>>();

/**
 * Reads the records of a log in order, up to those it had when the reading began; what cannot be
 * read is a hole. Segments are read in chunks; of one that has ended, 16 MiB are kept at a time.
 * @param log the log, if it is open in this process
 */
export async function* readRecords(
  place: Place,
  keyOf: (segment: number) => Secret | undefined,
  { from = 0, to = Number.MAX_SAFE_INTEGER, ...filter }: ReadRange,
  log?: Log,
): AsyncGenerator<StoredRecord | Hole> {
  const end = Math.min(to, log?.size ?? to);
  const { segments, head } = await surveyFor(place, from, log);
  const reader = new Reader(place, keyOf, isFilter(filter) ? filter : undefined, log);
  let next = from;
  for (const names of segments) {
    if (next >= end) return;
    for await (const read of reader.read(names, { from: next, to: end })) {
      const start = 'index' in read ? read.index : read.from;
      if (start > next) yield { from: next, to: start, because: 'damaged' };
      if ('index' in read || read.because !== 'unasked') yield read;
      next = endOf(read);
    }
  }
  const promised = Math.min(end, head?.size ?? 0);
  if (promised <= next) return;
  const last = segments.find(({ segment }) => segment === head?.segment);
  const isKeyless = last?.has.has('store') && keyOf(last.segment) === undefined;
  yield { from: next, to: promised, because: isKeyless ? 'keyMissing' : 'damaged' };
}

type Read = StoredRecord | Hole | Unasked;

const endOf = (read: Read): number => ('index' in read ? read.index + 1 : read.to);

const isFilter = (filter: Filter): boolean =>
  Object.values(filter).some((asked) => asked !== undefined);

/** Whoever reads on at the end of an open log needs no look at the rest of it. */
async function surveyFor(place: Place, from: number, log: Log | undefined) {
  if (log === undefined || from < log.segmentFirst) return await survey(place);
  const active: SegmentNames = { segment: log.segment, has: new Set(['store']) };
  return { segments: [active], head: log.promise };
}

class Reader {
  readonly #place: Place;
  readonly #keyOf: (segment: number) => Secret | undefined;
  readonly #filter: Filter | undefined;
  readonly #log: Log | undefined;

  constructor(
    place: Place,
    keyOf: (segment: number) => Secret | undefined,
    filter: Filter | undefined,
    log: Log | undefined,
  ) {
    this.#place = place;
    this.#keyOf = keyOf;
    this.#filter = filter;
    this.#log = log;
  }

  async *read(names: SegmentNames, range: Range): AsyncGenerator<Read> {
    const { segment } = names;
    let next = range.from;
    const key = this.#keyOf(segment);
    for (let store = this.#storeOf(segment); store && key; store = this.#storeOf(segment)) {
      const chunk = await this.#chunkOf(store, { from: next, to: range.to });
      if (chunk === undefined) break;
      const rest = { from: next, to: range.to };
      for (const read of openRecords(chunk, segment, key, this.#place.storeId, rest)) {
        yield read;
        next = read.index + 1;
      }
      const blocks = chunk.filter(isBlock);
      if (blocks.length < BLOCKS_PER_CHUNK) return;
      next = Math.max(next, numberOf(blocks.at(-1)) + 1);
      if (next >= range.to) return;
    }
    await this.#log?.settled(segment);
    yield* this.#readEnded(names, { from: next, to: range.to });
  }

  #storeOf(segment: number): KvStore | undefined {
    return this.#log?.storeOf(segment);
  }

  /** Its sessions, and some blocks from that which holds `from`; undefined if it was closed. */
  async #chunkOf(store: KvStore, { from, to }: Range): Promise<readonly KvPut[] | undefined> {
    try {
      const before = { from: blockKey(0), to: blockKey(from + 1), reverse: true, limit: 1 };
      const [holder] = await entriesIn(store, before);
      const start = holder?.key ?? blockKey(0);
      const blocks = { from: start, to: blockKey(to), limit: BLOCKS_PER_CHUNK };
      return [...(await entriesIn(store, sessionRange)), ...(await entriesIn(store, blocks))];
    } catch (error) {
      if (error instanceof StorageError) return undefined;
      throw error;
    }
  }

  async *#readEnded(names: SegmentNames, range: Range): AsyncGenerator<Read> {
    const { segment } = names;
    if (this.#isElsewhere(segment, range)) return;
    const paper = await this.#paperOf(names);
    if (paper !== undefined) this.#remember(segment, { from: paper.first, to: paper.size });
    const { first = range.from, size = range.to } = paper ?? {};
    const [from, to] = [Math.max(range.from, first), Math.min(range.to, size)];
    if (from >= to) return;
    const key = this.#keyOf(segment);
    if (paper?.kind === 'shred' || key === undefined) {
      const because = paper?.kind === 'shred' ? 'shredded' : 'keyMissing';
      if (paper !== undefined) yield { from, to, because };
      return;
    }
    if (paper?.kind === 'note' && this.#filter) {
      yield* this.#readSealed(paper, key, this.#filter, { from, to });
    } else yield* this.#readWhole(segment, paper, key, { from, to });
  }

  /** By its zones, if they are known; else they are noted, if all of it is read. */
  async *#readSealed(
    note: NotePaper,
    key: Secret,
    filter: Filter,
    { from, to }: Range,
  ): AsyncGenerator<Read> {
    const { segment, first, size } = note;
    const map = await readZones(this.#place, note, key);
    const isNoting = map === undefined && from === first && to === size;
    const maker = isNoting && this.#log ? new ZoneMaker() : undefined;
    let next = from;
    if (map !== undefined) {
      const zones = zonesFor(map, filter);
      for await (const read of zonedRecords(this.#place, segment, key, zones, { from, to })) {
        yield read;
        next = endOf(read);
      }
    }
    if (next >= to) return;
    for await (const read of this.#readWhole(segment, note, key, { from: next, to })) {
      if (!isHole(read)) maker?.add(read);
      yield read;
    }
    if (maker?.records === size - first) await this.#log?.keepZones(note, maker.map);
  }

  async *#readWhole(
    segment: number,
    paper: Paper | undefined,
    key: Secret,
    { from, to }: Range,
  ): AsyncGenerator<StoredRecord | Hole> {
    let next = from;
    for (let at: number | undefined = from; at !== undefined; ) {
      const chunk = await this.#endedChunk(segment, paper, { from: at, to });
      // It was shredded meanwhile.
      if (this.#keyOf(segment) === undefined) break;
      const rest = { from: next, to };
      for (const read of openRecords(chunk.entries, segment, key, this.#place.storeId, rest)) {
        if (read.index > next) yield { from: next, to: read.index, because: 'damaged' };
        yield read;
        next = read.index + 1;
      }
      at = chunk.goesOnAt;
    }
    if (paper === undefined || to <= next) return;
    const shred = await readPaper(this.#place, segment, 'shred');
    yield { from: next, to, because: shred === undefined ? 'damaged' : 'shredded' };
  }

  /** Copies, so that the rest of the segment is not kept in memory for them. */
  #endedChunk(segment: number, paper: Paper | undefined, { from, to }: Range) {
    return this.#place.rawReads.take(async () => {
      const { kv, layout } = this.#place;
      const { entries } =
        paper?.kind === 'doubt'
          ? await entriesOfDoubt(this.#place, segment)
          : await kv.readRaw(layout.store(segment));
      const blocks = entries.filter(isBlock);
      const after = blocks.findIndex((entry) => numberOf(entry) > from);
      let start = after === -1 ? blocks.length - 1 : after - 1;
      while (start > 0 && numberOf(blocks[start - 1]) === numberOf(blocks[start])) start -= 1;
      const wanted = blocks.slice(Math.max(0, start)).filter((entry) => numberOf(entry) < to);
      const taken = wanted.slice(0, ENDED_BLOCKS_PER_CHUNK);
      const sessions = entries.filter((entry) => !isBlock(entry));
      const goesOnAt = wanted.length > taken.length ? numberOf(taken.at(-1)) + 1 : undefined;
      return { entries: [...sessions, ...taken].map(copyOf), goesOnAt };
    });
  }

  #isElsewhere(segment: number, { from, to }: Range): boolean {
    const span = this.#log && spansOf.get(this.#log)?.get(segment);
    return span !== undefined && (span.to <= from || span.from >= to);
  }

  #remember(segment: number, span: Range): void {
    if (this.#log === undefined) return;
    const known = spansOf.get(this.#log) ?? new Map<number, Range>();
    spansOf.set(this.#log, known.set(segment, span));
  }

  /** One that was sealed or shredded since the names were read has a paper all the same. */
  async #paperOf({ segment, has }: SegmentNames): Promise<Paper | undefined> {
    const isListed = paperKinds.some((kind) => has.has(kind));
    for (const kind of paperKinds) {
      if (isListed && kind !== 'shred' && !has.has(kind)) continue;
      const paper = await readPaper(this.#place, segment, kind);
      if (paper !== undefined) return paper;
    }
    return undefined;
  }
}

const paperKinds = ['shred', 'doubt', 'note'] as const;

const copyOf = ({ key, value }: KvPut): KvPut => ({ key: key.slice(), value: value.slice() });

const numberOf = (entry: KvPut | undefined): number =>
  (entry && parseStoreKey(entry.key)?.number) ?? 0;

const isBlock = ({ key }: KvPut): boolean => parseStoreKey(key)?.kind === 'block';

async function entriesIn(
  store: KvStore,
  range: Parameters<KvStore['scan']>[0],
): Promise<readonly KvPut[]> {
  const entries: KvPut[] = [];
  for await (const entry of store.scan(range)) entries.push(entry);
  return entries;
}
