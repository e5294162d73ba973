import { BLOCK_BYTES_MAX, RECORDS_PER_BLOCK_MAX } from '../storage/block.ts';
import { StorageError } from '../storage/faults.ts';
import type { Log } from '../storage/log.ts';
import type { Clock } from '../storage/ports.ts';
import type { AuditLimits } from './audit-limits.ts';
import { Overdue, within } from './deadline.ts';
import type { RecordQueue, Waiting } from './record-queue.ts';

const DAY_MS = 86_400_000;
const COMMIT_BYTES_MAX = 8 * 1024 * 1024;
/** Three blocks. */
const EARLY_BYTES = 3 * BLOCK_BYTES_MAX;
/** More than that would take memory that the queue does not count. */
const READY_BLOCKS_MAX = 8;
/** So many bytes of records are a block at most. */
const READY_BYTES = BLOCK_BYTES_MAX - 4 * RECORDS_PER_BLOCK_MAX;
/** The next segment is made when the active one is so full, or so long before midnight. */
const PREPARE_AT = 0.8;
const PREPARE_MS = 600_000;

/** After a rotation for which there was no key; retention may give one back. */
const NO_KEY_MS = 1_000;

export interface WriterEvents {
  /** Records became durable. */
  onCommitted(): void;
  /** The log took nothing more: it is let go, and what was not written is back in the queue. */
  onLost(error: StorageError, isStalled: boolean): void;
  /** Another segment is active; the old one waits to be sealed. */
  onRotated(old: number): void;
  /** There is no key for another segment: the active one takes more than it should, meanwhile. */
  onKeyPageFull(log: Log): void;
}

/** The leaf hashes, in hex, of records in the log. */
export type LeavesOf = (from: number, to: number) => Promise<readonly string[]>;

/** A batch that failed: it may be in the log all the same. */
interface Doubtful {
  readonly batch: readonly Waiting[];
  /** The indices that it has, if so: `to` excluded. */
  readonly from: number;
  readonly to: number;
}

interface Written {
  readonly batch: readonly Waiting[];
  readonly first: number;
  readonly leaves: readonly string[];
}

interface Asked {
  readonly done: () => void;
  readonly failed: (error: StorageError) => void;
}

/**
 * Writes what waits in a queue, in groups: a commit takes all that waits, and while it is under way
 * the next group gathers, and is sealed block by block as it fills them. Between two commits it
 * rotates when it is time.
 */
export class LogWriter {
  readonly #clock: Clock;
  readonly #limits: AuditLimits;
  readonly #queue: RecordQueue;
  readonly #events: WriterEvents;
  #log: Log | undefined;
  #doubtful: Doubtful | undefined;
  /** Durable, and not told yet. */
  #written: Written | undefined;
  /** True while only the spool may be put back. */
  isHeld = false;
  #isBusy = false;
  /** Where a commit is under way. */
  #writing: Log | undefined;
  /** Sealed for the next commit already. */
  #ready: Waiting[] = [];
  #readyBlocks = 0;
  #isAsked = false;
  #preparing: Promise<void> | undefined;
  #rotations: Asked[] = [];
  #noKeyUntilMs = 0;
  #idle: (() => void)[] = [];
  #letGo: Promise<void> = Promise.resolve();
  /** How long the last commit took. */
  lastCommitMs = 0;

  constructor(clock: Clock, limits: AuditLimits, queue: RecordQueue, events: WriterEvents) {
    this.#clock = clock;
    this.#limits = limits;
    this.#queue = queue;
    this.#events = events;
  }

  get log(): Log | undefined {
    return this.#log;
  }

  /**
   * Goes on with a log that was opened. The batch that was under way when the last one was lost is
   * in it whole, or not at all: its size tells.
   */
  async take(log: Log, leavesOf: LeavesOf): Promise<void> {
    const doubtful = this.#doubtful;
    const { batch = [], from = 0, to = 0 } = doubtful ?? {};
    const isWritten = to > from && log.size >= to;
    const leaves = isWritten ? await leavesOf(from, to) : undefined;
    this.#log = log;
    // It may have been given up meanwhile.
    if (doubtful === undefined || this.#doubtful !== doubtful) return;
    this.#doubtful = undefined;
    // What the log has but cannot read was not kept.
    if (leaves?.length !== to - from) return this.#queue.putBack(batch);
    this.#written = { batch, first: from, leaves };
    this.#acknowledge();
  }

  /**
   * The batch of which nobody knows whether it is in the log: all who wait for it are to be told.
   * What nobody waits for stays, until a log is opened that shows it.
   */
  giveUp(): readonly Waiting[] {
    const { batch = [], from = 0, to = 0 } = this.#doubtful ?? {};
    const left = batch.filter(({ done }) => done === undefined);
    this.#doubtful = left.length === 0 ? undefined : { batch: left, from, to };
    return batch;
  }

  /** Something waits. */
  ask(): void {
    if (this.#isBusy) return this.#readyBlock();
    // The disk works while the rest of a burst is still being made.
    if (this.#queue.bytes >= EARLY_BYTES) return void this.#run();
    if (this.#isAsked) return;
    this.#isAsked = true;
    // On a later turn, so that what is appended in this one shares a commit.
    this.#clock.soon(() => {
      this.#isAsked = false;
      if (!this.#isBusy) void this.#run();
    });
  }

  /**
   * Between two commits; resolves once it is done.
   * @throws {StorageError} GONE while nothing can be written, or why it failed.
   */
  rotate(): Promise<void> {
    return new Promise((done, failed) => {
      this.#rotations.push({ done, failed });
      this.ask();
    });
  }

  /** Once nothing waits and nothing is under way, or nothing can be written. */
  async whenIdle(): Promise<void> {
    if (this.#isBusy || this.#isAsked) await new Promise<void>((done) => this.#idle.push(done));
    await this.#preparing;
  }

  /** Writes records ahead of the queue, while that waits: those of the spool. */
  async append(records: readonly Uint8Array[]): Promise<void> {
    const log = this.#log;
    if (log === undefined) throw new StorageError('GONE', 'the log is not open');
    try {
      await within(this.#clock, this.#limits.appendMs, log.append(records));
      this.#mustHave(log);
    } catch (error) {
      this.lose(error);
      throw error;
    }
  }

  /** Does nothing more with the log, which goes on without it. */
  release(): void {
    this.#log = undefined;
    this.#queue.putBack(this.#takeReady());
  }

  /** Lets the log go, and tells nobody. */
  drop(): void {
    const log = this.#log;
    this.release();
    if (log !== undefined) this.#letGo = log.abandon();
  }

  /** Once the log that was let go last holds nothing any more. */
  get letGo(): Promise<void> {
    return this.#letGo;
  }

  /** Lets the log go after a failure. */
  lose(error: unknown): void {
    if (this.#log === undefined) return;
    this.drop();
    this.#events.onLost(faultOf(error), error instanceof Overdue);
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#log !== undefined && !this.isHeld) {
      const log = this.#log;
      try {
        if (log.isSegmentEmpty && !log.isKeyRetired) this.#answerRotations();
        // What is sealed is of the segment that is active.
        if (this.#readyBlocks === 0 && this.#isRotationDue(log)) await this.#rotate(log);
        this.#prepare(log);
        if (this.#queue.size === 0 && this.#readyBlocks === 0) break;
        await this.#commit(log);
        if (!this.#isCommitNext(log)) this.#acknowledge();
      } catch (error) {
        if (this.#log === log) this.lose(error);
      }
    }
    this.#isBusy = false;
    this.#answerRotations(new StorageError('GONE', 'the log is not open'));
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  /** Seals the first block of what waits, if it is full and the disk is at work anyway. */
  #readyBlock(): void {
    const log = this.#log;
    if (log === undefined || log !== this.#writing || !this.#mayReady(log)) return;
    const block = this.#queue.take(RECORDS_PER_BLOCK_MAX, READY_BYTES);
    log.ready(block.map(recordIn));
    this.#ready.push(...block);
    this.#readyBlocks += 1;
  }

  #mayReady(log: Log): boolean {
    if (this.#queue.bytes < READY_BYTES || this.#readyBlocks === READY_BLOCKS_MAX) return false;
    const records = this.#ready.length + RECORDS_PER_BLOCK_MAX;
    return records <= this.#limits.recordsPerCommitMax && !this.#isRotationDue(log);
  }

  #takeReady(): readonly Waiting[] {
    const ready = this.#ready;
    this.#ready = [];
    this.#readyBlocks = 0;
    return ready;
  }

  async #commit(log: Log): Promise<void> {
    const ready = this.#takeReady();
    const recordsMax = this.#limits.recordsPerCommitMax - ready.length;
    const rest = recordsMax > 0 ? this.#queue.take(recordsMax, COMMIT_BYTES_MAX) : [];
    const batch = [...ready, ...rest];
    const startedAtMs = this.#clock.monotonicMs();
    this.#doubtful = { batch, from: log.size, to: log.size + batch.length };
    this.#writing = log;
    const written = within(this.#clock, this.#limits.appendMs, log.append(rest.map(recordIn)));
    // While the disk works.
    this.#acknowledge();
    const { first, leaves } = await written.finally(() => {
      this.#writing = undefined;
    });
    this.#mustHave(log);
    this.#doubtful = undefined;
    this.lastCommitMs = this.#clock.monotonicMs() - startedAtMs;
    this.#written = { batch, first, leaves };
  }

  /** Nothing comes before it. */
  #isCommitNext(log: Log): boolean {
    if (this.#log !== log || this.isHeld || this.#isRotationDue(log)) return false;
    return this.#queue.size > 0 || this.#readyBlocks > 0;
  }

  /** A write into files that are known to be gone succeeds, and is worth nothing. */
  #mustHave(log: Log): void {
    if (this.#log !== log) throw new StorageError('GONE', 'the log was let go meanwhile');
  }

  /** Tells all who wait for what is durable. */
  #acknowledge(): void {
    const written = this.#written;
    if (written === undefined) return;
    this.#written = undefined;
    const { batch, first, leaves } = written;
    leaves.forEach((leaf, at) => {
      batch[at]?.done?.(first + at, leaf);
    });
    this.#events.onCommitted();
  }

  #isRotationDue(log: Log): boolean {
    if (log.isSegmentEmpty && !log.isKeyRetired) return false;
    if (this.#rotations.length > 0) return true;
    if (this.#clock.monotonicMs() < this.#noKeyUntilMs) return false;
    if (log.isKeyRetired || log.segmentBytes >= this.#limits.segmentBytesMax) return true;
    return dayOf(log.segmentOpenedMs) < dayOf(this.#clock.wallMs());
  }

  async #rotate(log: Log): Promise<void> {
    await this.#preparing;
    try {
      const old = await within(this.#clock, this.#limits.appendMs, log.rotate());
      this.#mustHave(log);
      this.#events.onRotated(old);
      this.#answerRotations();
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'KEY_PAGE_FULL') throw error;
      this.#mustHave(log);
      this.#noKeyUntilMs = this.#clock.monotonicMs() + NO_KEY_MS;
      this.#answerRotations(error);
      this.#events.onKeyPageFull(log);
    }
  }

  #answerRotations(error?: StorageError): void {
    const rotations = this.#rotations;
    this.#rotations = [];
    for (const { done, failed } of rotations) error === undefined ? done() : failed(error);
  }

  /** In the background, so that the rotation delays nobody. */
  #prepare(log: Log): void {
    if (this.#preparing !== undefined || log.isSegmentEmpty) return;
    const wallMs = this.#clock.wallMs();
    const isNearlyFull = log.segmentBytes >= this.#limits.segmentBytesMax * PREPARE_AT;
    if (!isNearlyFull && dayOf(wallMs) === dayOf(wallMs + PREPARE_MS)) return;
    this.#preparing = within(this.#clock, this.#limits.appendMs, log.prepare())
      .catch(() => {})
      .finally(() => {
        this.#preparing = undefined;
      });
  }
}

const recordIn = ({ record }: Waiting): Uint8Array => record;

const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY_MS);

export const faultOf = (error: unknown): StorageError =>
  error instanceof StorageError
    ? error
    : new StorageError('DISK_FAILED', 'the log failed', { cause: error });
