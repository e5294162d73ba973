import type { AuditMode } from '../machines/audit.machine.ts';
import type { StorageError } from '../storage/faults.ts';
import type { Log } from '../storage/log.ts';
import { type LogSigners, logSigners } from '../storage/log-signer.ts';
import type { Cancel } from '../storage/ports.ts';
import { type Hole, type ReadRange, readRecords, type StoredRecord } from '../storage/read.ts';
import type { Finding } from '../storage/recovery.ts';
import { Spool } from '../storage/spool.ts';
import type { Verification } from '../storage/verification.ts';
import { verifyLog } from '../storage/verify.ts';
import { AuditIntake } from './audit-intake.ts';
import type { AuditReceipt, AuditStatus, FailPolicy } from './audit-outcome.ts';
import type { AuditTools } from './audit-tools.ts';
import { Ballast } from './ballast.ts';
import { within } from './deadline.ts';
import { KeyRotation } from './key-rotation.ts';
import { LogChecks, type OnProgress } from './log-checks.ts';
import { LogErasure } from './log-erasure.ts';
import { type AuditStanding, LogMode } from './log-mode.ts';
import { LogProofs } from './log-proofs.ts';
import { LogReturn, openInTime } from './log-return.ts';
import { LogSeals } from './log-seals.ts';
import { type Found, LogWatch } from './log-watch.ts';
import { LogWriter } from './log-writer.ts';
import { RecordQueue } from './record-queue.ts';
import { RecordedFacts } from './recorded-facts.ts';
import { SegmentActors } from './segment.actor.ts';
import { Shredder } from './shredder.ts';
import { Spooled } from './spooled.ts';
import { Upkeep } from './upkeep.ts';
import type { Kernel } from './world.ts';

/** The audit log of a process: one writer, whatever its disk does. */
export class Audit {
  readonly #kernel: Kernel;
  readonly #tools: AuditTools;
  readonly #queue: RecordQueue;
  readonly #writer: LogWriter;
  readonly #segments: SegmentActors;
  readonly #upkeep: Upkeep;
  readonly #watch: LogWatch;
  readonly #mode: LogMode;
  readonly #spooled: Spooled;
  readonly #intake: AuditIntake;
  readonly #return: LogReturn;
  readonly #checks: LogChecks;
  readonly facts: RecordedFacts;
  readonly proofs: LogProofs;
  readonly erasure: LogErasure;
  readonly seals: LogSeals;
  readonly keys: KeyRotation;
  readonly #listeners = new Set<() => void>();
  /** The log, or the one that was lost last. */
  #known: Log | undefined;
  #size = 0;
  #promised = { size: 0, segment: 0, bytes: 0 };
  #isClosed = false;

  private constructor(
    kernel: Kernel,
    tools: AuditTools,
    spool: Spool,
    kept: readonly Uint8Array[],
  ) {
    const { place, limits } = tools;
    this.#kernel = kernel;
    this.#tools = tools;
    this.#queue = new RecordQueue(limits.queueRecordsMax, limits.queueBytesMax);
    this.#segments = new SegmentActors(kernel);
    this.facts = new RecordedFacts(kernel, (record) => this.append(record, 'closed'));
    const shredder = new Shredder(kernel, this.facts, this.#segments);
    this.#upkeep = new Upkeep(kernel, limits, this.#segments, shredder);
    this.erasure = new LogErasure(kernel, this.facts, shredder, () => this.#writer.log);
    const spooling = { clock: kernel.clock, writeMs: limits.appendMs, logSize: () => this.#size };
    this.#spooled = new Spooled(spool, kept, spooling, (...lost) => this.#spoolLost(...lost));
    this.#writer = new LogWriter(kernel.clock, limits, this.#queue, {
      onCommitted: () => this.#committed(),
      onLost: (error, isStalled) => this.#lost(error, isStalled),
      onRotated: (old) => this.#rotated(old),
      onKeyPageFull: (log) => void this.#upkeep.retain(log),
    });
    this.#checks = new LogChecks((onProgress) =>
      verifyLog(place, { log: this.#writer.log, onProgress }),
    );
    this.seals = new LogSeals(kernel, place, () => this.#writer.log);
    this.proofs = new LogProofs(place, this);
    this.keys = new KeyRotation(kernel, this.proofs, this.#writer);
    this.#watch = new LogWatch(place, limits, this.#writer, {
      onFound: (found) => this.#found(found),
      onWell: (log) => this.#well(log),
      isLow: () => this.#mode.isLow,
    });
    this.#mode = new LogMode(kernel, limits, {
      onReopen: () => void this.#return.reopen(),
      onReplay: () => void this.#return.replay(),
      onFailed: (because) => this.#failed(because),
    });
    const ballast = new Ballast(place.files, place.layout.ballast, limits.ballastBytes);
    this.#return = new LogReturn(
      { tools, ballast, writer: this.#writer, spooled: this.#spooled, watch: this.#watch },
      {
        send: (event) => this.#mode.send(event),
        isClosed: () => this.#isClosed,
        onTaken: (log, findings) => this.#taken(log, findings),
        onRefused: (data) => kernel.tell('audit.spool.refused', 'audit', data),
        onReplaying: () => this.#committed(),
        onReplayed: (records) => this.#replayed(records),
      },
    );
    this.#intake = new AuditIntake(this.#queue, this.#spooled, tools.errorOf, {
      isTaking: () => this.#mode.isTaking,
      state: () => (this.#isClosed ? 'closed' : this.mode),
      because: () => this.#mode.standing.because,
      ask: () => this.#writer.ask(),
    });
  }

  /**
   * Opens the log, and puts back what an earlier process had kept aside.
   * @throws {StorageError} if it cannot be opened now.
   */
  static async open(kernel: Kernel, tools: AuditTools): Promise<Audit> {
    const { place, spoolKey, limits } = tools;
    const { files, layout, storeId, random } = place;
    const { log, findings } = await openInTime(kernel, tools);
    try {
      const spoolTools = { files, key: spoolKey, storeId, random };
      const inTime = <Value>(work: Promise<Value>): Promise<Value> =>
        within(kernel.clock, limits.reopenMs, work);
      const opened = await inTime(Spool.open(spoolTools, layout.spool, limits.spoolBytesMax));
      const kept = opened.frames.map(({ record }) => record);
      const audit = new Audit(kernel, tools, opened.spool, kept);
      if (opened.isTorn) kernel.tell('audit.spool.damaged', 'audit', { records: kept.length });
      if (kept.length > 0) await inTime(audit.#return.sift(log, opened.logSize));
      await audit.#start(log, findings);
      return audit;
    } catch (error) {
      await log.abandon();
      throw error;
    }
  }

  async #start(log: Log, findings: readonly Finding[]): Promise<void> {
    await this.#return.take(log, findings);
    await this.proofs.recall();
    await this.#return.replay();
    await this.#return.takeBallast();
    await this.#watch.lookForSpace();
    await this.erasure.lookAtDisk(this.#tools.place);
    this.#watch.start();
    void this.#upkeep.retain(log);
  }

  // --- records ------------------------------------------------------------------------------

  /** Resolves once the record is durable. */
  append(record: Uint8Array, policy: FailPolicy, signal?: AbortSignal): Promise<AuditReceipt> {
    return this.#intake.append(record, policy, signal);
  }

  /** For facts: it never blocks and never fails. What finds no room is counted and told later. */
  record(record: Uint8Array, policy: FailPolicy): void {
    if (!this.facts.take(record)) this.#intake.record(record, policy);
  }

  // --- looking ------------------------------------------------------------------------------

  get mode(): AuditMode {
    return this.#mode.mode;
  }

  /** Work with effects must wait: what it decides could not be recorded. */
  get isRefusing(): boolean {
    return this.#mode.isRefusing;
  }

  get standing(): AuditStanding {
    return this.#mode.standing;
  }

  /** Calls `listener`, which may not throw, after each commit, and when the log is closed. */
  onCommitted(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): AuditStatus {
    const { mode, because, code } = this.#mode.standing;
    this.#note();
    return {
      mode,
      because,
      code,
      segments: [...this.#segments.stages()].map(([segment, stage]) => ({ segment, stage })),
      size: this.#size,
      promisedSize: this.#promised.size,
      unanchored: Math.max(0, this.#size - this.proofs.given),
      segment: this.#promised.segment,
      segmentBytes: this.#promised.bytes,
      queued: this.#queue.size,
      spooled: this.#spooled.size,
      lost: this.#spooled.lost,
      lastCommitMs: this.#writer.lastCommitMs,
      freeBytes: this.#watch.freeBytes,
      ...this.erasure.status(),
    };
  }

  read(range: ReadRange): AsyncGenerator<StoredRecord | Hole> {
    return readRecords(this.#tools.place, (n) => this.#known?.keyOf(n), range, this.#writer.log);
  }

  /** Who signs for the log as it was last known. */
  get signers(): LogSigners {
    return this.#known?.signers ?? logSigners(this.#tools.place);
  }

  /** Checks the whole log. A segment that is being sealed or shredded is waited for. */
  verify(onProgress: OnProgress = () => {}): Promise<Verification> {
    return this.#checks.run(onProgress);
  }

  // --- operating ----------------------------------------------------------------------------

  async rotate(): Promise<void> {
    await this.#writer.rotate();
    await this.#upkeep.sealed();
  }

  /** Lets the log go, for it is not ours to write. It is tried again like one that failed. */
  lose(error: unknown): void {
    this.#writer.lose(error);
  }

  resume(): void {
    this.#mode.send({ type: 'audit.resume' });
  }

  /**
   * Takes no more, writes what waits, and ends cleanly, as far as that is possible in time.
   * @throws {StorageError} why the end is not clean.
   */
  async close(deadlineMs: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const endMs = this.#kernel.clock.monotonicMs() + deadlineMs;
    const inTime = <Value>(work: Promise<Value>): Promise<Value> => {
      const leftMs = Math.max(0, endMs - this.#kernel.clock.monotonicMs());
      return within(this.#kernel.clock, leftMs, work);
    };
    const { log } = this.#writer;
    this.#watch.stop();
    const idle = log === undefined ? Promise.resolve() : this.#writer.whenIdle();
    const overdue = await inTime(idle).catch((error: unknown) => error);
    const isSound = overdue === undefined && this.#mode.isTaking && this.#writer.log === log;
    this.#writer.release();
    const doubtful = this.#writer.giveUp();
    this.#intake.setAside(doubtful);
    await inTime(this.#spooled.settled()).catch(() => {});
    this.#mode.send({ type: 'audit.close' });
    this.#intake.failAll('AUDIT_CLOSED', 'the log was closed before', doubtful);
    this.#tellListeners();
    try {
      if (log !== undefined) await inTime(isSound ? log.close() : log.abandon());
      await inTime(this.#return.settled()).catch(() => {});
      if (overdue !== undefined) throw overdue;
      this.#note(log);
    } catch (error) {
      void log?.abandon();
      throw error;
    } finally {
      this.#segments.stop();
    }
  }

  // --- the log comes and goes ---------------------------------------------------------------

  #taken(log: Log, findings: readonly Finding[]): void {
    this.#known = log;
    this.proofs.forget();
    const lost = this.#size - log.size;
    this.#note();
    this.#segments.opened(log.segment, log.isSegmentEmpty, findings);
    if (lost > 0) this.#kernel.tell('audit.vanished', 'audit', { lost, size: log.size });
  }

  #lost(error: StorageError, isStalled: boolean): void {
    this.#return.isFull = error.code === 'NO_SPACE';
    this.#intake.setAside();
    const { appendMs: forMs } = this.#tools.limits;
    if (isStalled) this.#mode.send({ type: 'append.stalled', forMs });
    else this.#mode.send({ type: 'append.failed', because: error.message, code: error.code });
  }

  #replayed(records: number): void {
    if (this.mode !== 'readWrite') this.#mode.send({ type: 'replay.finished' });
    if (records > 0) this.#kernel.tell('audit.replayed', 'audit', { records });
    this.#tellGap();
    this.#writer.ask();
    void this.#return.takeBallast();
  }

  #tellGap(): void {
    const gap = this.#writer.isHeld ? undefined : this.#intake.takeGap();
    if (gap === undefined) return;
    const { lost, fromMs, toMs } = gap;
    const from = new Date(fromMs).toISOString();
    const to = new Date(toMs).toISOString();
    this.#kernel.tell('audit.gap', 'audit', { lost, from, to });
  }

  #spoolLost(how: 'filled' | 'failed', because: string): void {
    if (how === 'filled') this.#mode.send({ type: 'spool.filled' });
    else this.#mode.send({ type: 'spool.failed', because });
  }

  // --- what happens by itself ---------------------------------------------------------------

  #committed(): void {
    this.#watch.committed();
    this.#note();
    this.#tellListeners();
    this.#tellGap();
  }

  #note(log = this.#writer.log): void {
    if (log === undefined) return;
    this.#size = log.size;
    const { promise, segment, segmentBytes } = log;
    this.#promised = { size: promise.size, segment, bytes: segmentBytes };
  }

  #rotated(old: number): void {
    const { log } = this.#writer;
    if (log === undefined) return;
    this.#upkeep.rotated(log, old);
    void this.#watch.note(log.segment).catch(() => {});
  }

  #found(found: Found): void {
    if (found.type === 'files.vanished') {
      this.#writer.drop();
      this.#intake.setAside();
    }
    this.#mode.send(found);
  }

  /** A new day may have begun. */
  #well(log: Log): void {
    this.#writer.ask();
    void this.#upkeep.retainInTime(log);
    void this.#return.takeBallast();
  }

  #failed(because: string): void {
    this.#writer.drop();
    this.#intake.setAside();
    this.#intake.failAll('AUDIT_UNAVAILABLE', `the log failed: ${because}`, this.#writer.giveUp());
  }

  #tellListeners(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
