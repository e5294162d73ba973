import { rotateAuditKey } from './archive-copies.ts';
import { type Ended, endedIn } from './ended.ts';
import { StorageError } from './faults.ts';
import type { Head } from './head.ts';
import type { HeadFile } from './head-file.ts';
import { liftHold, placeHold } from './holding.ts';
import { type Hold, heldBy, holdOn } from './holds.ts';
import type { KeyPages } from './key-pages.ts';
import { type LogSigners, logSigners } from './log-signer.ts';
import { NextSegment } from './next-segment.ts';
import { OpenSegment, type Position, type SealedRecords } from './open-segment.ts';
import { giveKey, openParts } from './opening.ts';
import type { NotePaper } from './paper.ts';
import { writeDigests } from './papers.ts';
import type { Workplace } from './place.ts';
import type { KvStore } from './ports.ts';
import type { Finding } from './recovery.ts';
import { beginSeals, sealEnds } from './sealed-ends.ts';
import type { Sealing } from './sealing.ts';
import type { Secret } from './secret.ts';
import { shredSegment } from './shredding.ts';
import { readPaper } from './survey.ts';
import { Turns } from './turns.ts';
import type { Verification } from './verification.ts';
import { writeZones } from './zone-file.ts';
import type { ZoneMap } from './zone-map.ts';

export interface Appended {
  /** Index of the first of the records, from 0. */
  readonly first: number;
  /** Their leaf hashes, in hex, in order. */
  readonly leaves: readonly string[];
}

/**
 * The one writer of an audit log. It holds no queue and no timer: callers append one batch at a
 * time, and call `writeHead`, `prepare`, `rotate` and `seal` when it is time. After a failed append
 * only `abandon` is of use, then `Log.open`: what the failed batch has become is seen by the size.
 */
export class Log {
  readonly #place: Workplace;
  readonly #pages: KeyPages;
  readonly #head: HeadFile;
  #active: OpenSegment;
  #position: Position;
  /** What the next commit has already, and where the log will stand after it. */
  #sealed: SealedRecords[] = [];
  #end: Position;
  readonly #next: NextSegment;
  readonly #sealing = new Map<number, OpenSegment>();
  /** The segments that are just being closed, and may not be read through their stores. */
  readonly #closing = new Set<number>();
  /** What is being done to segments that have ended. */
  readonly #works = new Map<number, Promise<unknown>>();
  /** No hold is placed while a segment is being shredded. */
  readonly #orders = new Turns();
  /** Each seal begins with what the one before left. */
  readonly #sealTurns = new Turns();
  #isOver = false;

  private constructor(
    place: Workplace,
    pages: KeyPages,
    head: HeadFile,
    active: OpenSegment,
    position: Position,
  ) {
    this.#place = place;
    this.#pages = pages;
    this.#head = head;
    this.#active = active;
    this.#position = position;
    this.#end = position;
    this.#next = new NextSegment(place, pages);
  }

  /**
   * Opens the log in `place`, or begins one. Whatever is in doubt is set apart and told; it does
   * not keep the log from going on. `hasBegun` says that there must be a log; `problems` are what
   * the caller came upon around it, and are told with the rest.
   * @throws {StorageError} CORRUPT if no copy of the key page is whole, KEY_PAGE_FULL, and those of
   * the ports.
   */
  static async open(
    place: Workplace,
    hasBegun = false,
    problems: Verification['problems'] = [],
  ): Promise<{ readonly log: Log; readonly findings: readonly Finding[] }> {
    const { pages, head, active, position, findings } = await openParts(place, hasBegun, problems);
    const log = new Log(place, pages, head, active, position);
    try {
      await log.writeHead();
      await pages.stamp();
    } catch (error) {
      await log.abandon();
      throw error;
    }
    return { log, findings };
  }

  /** How many records it has. */
  get size(): number {
    return this.#position.size;
  }

  get chain(): Uint8Array {
    return this.#position.chain;
  }

  /** The segment that is being written. */
  get segment(): number {
    return this.#active.segment;
  }

  /** Index of the first record of that segment. */
  get segmentFirst(): number {
    return this.#active.origin.size;
  }

  get segmentBytes(): number {
    return this.#active.bytes;
  }

  get segmentOpenedMs(): number {
    return this.#active.openedMs;
  }

  get isSegmentEmpty(): boolean {
    return this.#active.origin.size === this.#position.size;
  }

  /** The head: records beyond it are durable, but not yet promised by it. */
  get promise(): Head {
    return this.#head.head;
  }

  get keyGeneration(): number {
    return this.#pages.generation;
  }

  /** For readers: the store of a segment that is open here, or undefined. */
  storeOf(segment: number): KvStore | undefined {
    if (segment === this.#active.segment) return this.#active.store;
    return this.#closing.has(segment) ? undefined : this.#sealing.get(segment)?.store;
  }

  /** Once the segment is neither being sealed nor being shredded. */
  async settled(segment: number): Promise<void> {
    await this.#works.get(segment)?.catch(() => {});
  }

  keyOf(segment: number): Secret | undefined {
    return this.#pages.keyOf(segment);
  }

  generationOf(segment: number): number {
    return this.#pages.generationOf(segment);
  }

  /** The active segment is written under an audit key of the past: it is time to rotate. */
  get isKeyRetired(): boolean {
    return this.#pages.isRetired(this.segment);
  }

  /** The generation of the present audit key. */
  get auditKey(): number {
    return this.#pages.auditKeys?.generation ?? 0;
  }

  get signers(): LogSigners {
    return logSigners(this.#place, this.#pages.archive);
  }

  /**
   * Makes blocks of records while the commit before is under way; the next one writes them. There
   * may be no rotation before it has.
   */
  ready(records: readonly Uint8Array[]): void {
    const sealed = this.#active.seal(records, this.#end);
    this.#sealed.push(sealed);
    this.#end = sealed;
  }

  /** Durable once it resolves: one commit of what is ready, and of records after it. */
  async append(records: readonly Uint8Array[]): Promise<Appended> {
    const first = this.#position.size;
    if (records.length > 0) this.ready(records);
    const sealed = this.#sealed;
    this.#sealed = [];
    const { size, chain } = this.#end;
    await this.#active.commit(sealed.flatMap(({ puts }) => puts));
    this.#position = { size, chain };
    return { first, leaves: sealed.flatMap(({ leaves }) => leaves) };
  }

  async writeHead(isClosed = false): Promise<void> {
    await this.#head.write({
      ...this.#position,
      segment: this.#active.segment,
      isClosed,
      found: this.#head.head.found,
      keyGeneration: this.#pages.generation,
      wallMs: Math.round(this.#place.clock.wallMs()),
      openFrom: Math.min(this.#active.segment, ...this.#sealing.keys()),
    });
    this.#pages.noteHead(this.#head.head.generation);
  }

  /** Makes the next segment ahead of time, so that a rotation delays no append. */
  prepare(): Promise<void> {
    return this.#next.make(this.#active.segment + 1, () => this.writeHead());
  }

  /** Goes on in the next segment; the old one waits to be sealed. Not during an append. */
  async rotate(): Promise<number> {
    await this.prepare();
    const { segment, store } = this.#next.made;
    const key = await giveKey(this.#place, this.#pages, segment);
    const old = this.#active;
    this.#active = await OpenSegment.begin(this.#place, store, { segment, key }, this.#position);
    this.#next.begun();
    this.#sealing.set(old.segment, old);
    await this.writeHead();
    return old.segment;
  }

  /** Closes a segment that was rotated out, and writes its note. */
  async seal(segment: number): Promise<void> {
    await this.#workOn(segment, async () => {
      const old = this.#sealing.get(segment);
      if (old === undefined) return;
      if (!this.#closing.has(segment)) await old.store.settle();
      this.#closing.add(segment);
      await old.store.close();
      const end = this.#endOf(segment);
      const { origin, openedMs } = old;
      await writeDigests(this.#place, 'note', { segment, origin, end, openedMs });
      this.#sealing.delete(segment);
      this.#closing.delete(segment);
      await this.#sealTurns.take(async () => {
        if (!(await sealEnds(this.#place, this.#pages))) await this.#pages.stamp();
      });
      await this.writeHead();
    });
  }

  /** The segments that wait to be sealed. */
  get sealing(): readonly number[] {
    return [...this.#sealing.keys()];
  }

  /** What has ended and still has its records, ascending. */
  ended(): Promise<readonly Ended[]> {
    return endedIn(this.#place);
  }

  /** What may not be shredded, in the order it was placed. */
  get holds(): readonly Hold[] {
    return this.#pages.holds;
  }

  /**
   * Keeps records from being shredded, from now on. Durable once it resolves.
   * @throws {RangeError} if there is such a hold, there are too many, or it is beyond the log.
   * @throws {StorageError} SHREDDED, naming the indices; then nothing changed.
   */
  hold(hold: Hold): Promise<void> {
    return this.#order(() => placeHold(this.#place, this.#pages, hold, this.size));
  }

  /** @throws {RangeError} if there is no such hold. */
  release(name: string): Promise<void> {
    return this.#order(() => liftHold(this.#pages, name));
  }

  /**
   * Seals the end of the active segment and of those after it, from now on, with a key that only
   * moves forward. Returns what they began with, for whoever is to verify them: `verifySealed`.
   */
  beginSeals(): Promise<string> {
    return this.#order(() =>
      this.#sealTurns.take(() => beginSeals(this.#place, this.#pages, this.segment)),
    );
  }

  get seals(): Sealing | undefined {
    return this.#pages.sealing;
  }

  /**
   * The next audit key takes over, of which the keys of segments are derived from the next one on.
   * The log may have signed nothing that is larger than `size`.
   * @throws {StorageError} KEY_PAGE_FULL if there were 1,024.
   */
  rotateKey(size: number): Promise<void> {
    return this.#order(() => rotateAuditKey(this.#place, this.#pages, size));
  }

  #order<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#orders.take(async () => {
      this.#mustBeOurs();
      const result = await work();
      await this.writeHead();
      return result;
    });
  }

  /**
   * Shreds the records of a segment that has ended. Returns the files with a trace of it left:
   * none, if all went well.
   * @throws {StorageError} GONE if there is no such segment, or it has not ended; HELD.
   */
  async shred(segment: number, because: string): Promise<readonly string[]> {
    return await this.#workOn(segment, async () => {
      const paper =
        (await readPaper(this.#place, segment, 'doubt')) ??
        (await readPaper(this.#place, segment, 'note'));
      if (paper === undefined) {
        throw new StorageError('GONE', `segment ${segment} is not one that has ended`);
      }
      return await this.#orders.take(async () => {
        const hold = holdOn(this.holds, paper);
        if (hold !== undefined) throw new StorageError('HELD', heldBy(segment, hold));
        const left = await shredSegment(this.#place, this.#pages, paper, because);
        await this.writeHead();
        return left;
      });
    });
  }

  /** For readers: keeps the zones of a sealed segment. No matter if that fails. */
  async keepZones(note: NotePaper, zones: ZoneMap): Promise<void> {
    const work = this.#workOn(note.segment, async () => {
      const key = this.#pages.keyOf(note.segment);
      if (key !== undefined) await writeZones(this.#place, note, key, zones);
    });
    await work.catch(() => {});
  }

  /** One work after the other on each segment. */
  async #workOn<Result>(segment: number, work: () => Promise<Result>): Promise<Result> {
    const turn = this.settled(segment).then(() => {
      this.#mustBeOurs();
      return work();
    });
    this.#works.set(segment, turn);
    try {
      return await turn;
    } finally {
      if (this.#works.get(segment) === turn) this.#works.delete(segment);
    }
  }

  /** Else the end is clean, or another log is open by now, and the key page is its own. */
  #mustBeOurs(): void {
    if (this.#isOver) throw new StorageError('GONE', 'the log was let go');
  }

  /** Once nothing is being done to a segment or a hold any more. */
  async #over(): Promise<void> {
    this.#isOver = true;
    for (const segment of this.#works.keys()) await this.settled(segment);
    await this.#orders.take(async () => {});
  }

  /** The clean end: all is sealed or at rest, and the head says so. */
  async close(): Promise<void> {
    for (const segment of this.sealing) await this.seal(segment);
    await this.#over();
    await this.#next.drop();
    const { segment, origin, openedMs, store } = this.#active;
    await this.writeHead();
    await store.close();
    await writeDigests(this.#place, 'rest', { segment, origin, end: this.#position, openedMs });
    await this.#pages.stamp();
    await this.writeHead(true);
    await this.writeHead(true);
  }

  /**
   * Lets go of everything and writes nothing: after a failure. Never fails. What is being done to a
   * segment is over once it resolves, and nothing more is begun.
   */
  async abandon(): Promise<void> {
    await this.#over();
    const stores = [this.#active, ...this.#sealing.values()].map(({ store }) => store);
    await Promise.allSettled([this.#next, ...stores].map((each) => each.close()));
  }

  #endOf(segment: number): Position {
    return (this.#sealing.get(segment + 1) ?? this.#active).origin;
  }
}
