import type { AuditMode } from '../machines/audit.machine.ts';
import { RECORD_BYTES_MAX } from '../storage/block.ts';
import type { AuditFault, AuditReceipt, ErrorOf, FailPolicy } from './audit-outcome.ts';
import { onAbort } from './on-abort.ts';
import type { RecordQueue, Waiting } from './record-queue.ts';
import type { Gap, Spooled } from './spooled.ts';

/** What there is behind the intake, at this moment. */
export interface Door {
  /** The log itself takes records. */
  isTaking(): boolean;
  state(): AuditMode;
  /** Why it is in that mode. */
  because(): string;
  /** Something waits in the queue. */
  ask(): void;
}

/** As long as the record that tells of a gap, at least. */
const TOLD = new Uint8Array(4_096);

/** Somebody waits for the record; made for each append, so it is small. */
class Caller implements Waiting {
  readonly record: Uint8Array;
  readonly isPatient: boolean;
  isQueued = false;
  readonly #resolve: (receipt: AuditReceipt) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #errorOf: ErrorOf;
  #deafen: (() => void) | undefined;

  constructor(
    record: Uint8Array,
    policy: FailPolicy,
    resolve: (receipt: AuditReceipt) => void,
    reject: (reason: unknown) => void,
    errorOf: ErrorOf,
  ) {
    this.record = record;
    this.isPatient = policy === 'spool';
    this.#resolve = resolve;
    this.#reject = reject;
    this.#errorOf = errorOf;
  }

  /** Takes the record back when `signal` aborts, unless it is being written. */
  heed(signal: AbortSignal, queue: RecordQueue): void {
    this.#deafen = onAbort(signal, () => {
      if (!queue.delete(this)) return;
      this.#deafen?.();
      this.#reject(signal.reason);
    });
  }

  done(index: number, leafHash: string): void {
    this.#deafen?.();
    this.#resolve({ index, leafHash });
  }

  failed(code: 'AUDIT_CLOSED' | 'AUDIT_UNAVAILABLE', because: string): void {
    this.#deafen?.();
    this.#reject(this.#errorOf({ code, because }));
  }
}

/** Decides of each record whether it is queued for the log, kept aside, refused or counted. */
export class AuditIntake {
  readonly #queue: RecordQueue;
  readonly #spooled: Spooled;
  readonly #errorOf: ErrorOf;
  readonly #door: Door;

  constructor(queue: RecordQueue, spooled: Spooled, errorOf: ErrorOf, door: Door) {
    this.#queue = queue;
    this.#spooled = spooled;
    this.#errorOf = errorOf;
    this.#door = door;
  }

  /** Resolves once the record is durable. */
  append(record: Uint8Array, policy: FailPolicy, signal?: AbortSignal): Promise<AuditReceipt> {
    const refusal = this.#refusalOf(record, policy);
    if (refusal !== undefined) return Promise.reject(this.#errorOf(refusal));
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const waiting = new Caller(record, policy, resolve, reject, this.#errorOf);
      if (signal !== undefined) waiting.heed(signal, this.#queue);
      this.#queue.add(waiting);
      this.#door.ask();
    });
  }

  #refusalOf(record: Uint8Array, policy: FailPolicy): AuditFault | undefined {
    if (record.length > RECORD_BYTES_MAX) {
      const because = `the record has ${record.length} bytes, of at most ${RECORD_BYTES_MAX}`;
      return { code: 'RECORD_TOO_LARGE', because };
    }
    const state = this.#door.state();
    if (state === 'closed') return { code: 'AUDIT_CLOSED', because: 'the log is closed' };
    const mayWait = policy === 'spool' && state !== 'failed';
    if (!this.#door.isTaking() && !mayWait) {
      return { code: 'AUDIT_UNAVAILABLE', because: `the log is ${state}: ${this.#door.because()}` };
    }
    if (this.#queue.hasRoomFor(record)) return undefined;
    return { code: 'AUDIT_QUEUE_FULL', because: 'as many records wait as may' };
  }

  /** For facts: it never blocks and never fails. What finds no room is counted and told later. */
  record(record: Uint8Array, policy: FailPolicy): void {
    if (this.#door.state() === 'closed') return;
    if (record.length > RECORD_BYTES_MAX) return this.#spooled.count(1);
    if (!this.#door.isTaking()) {
      if (policy === 'spool') this.#spooled.add(record);
      else this.#spooled.count(1);
      return;
    }
    if (!this.#queue.hasRoomFor(record)) return this.#spooled.count(1);
    this.#queue.add({ record });
    this.#door.ask();
  }

  /**
   * The log is lost. Whoever may not wait is told, and what nobody waits for is kept where it
   * survives the process; at the end also what was being written, for the next process to compare.
   */
  setAside(doubtful: readonly Waiting[] = []): void {
    for (const { record, done } of doubtful) if (done === undefined) this.#spooled.add(record);
    const aside = this.#queue.takeThose(({ done, isPatient }) => !done || !isPatient);
    for (const waiting of aside) {
      if (waiting.done === undefined) this.#spooled.add(waiting.record);
      else waiting.failed?.('AUDIT_UNAVAILABLE', 'the log was lost before it was written');
    }
  }

  /** Tells all who wait, and those of `doubtful`, which was being written. */
  failAll(
    code: 'AUDIT_CLOSED' | 'AUDIT_UNAVAILABLE',
    because: string,
    doubtful: readonly Waiting[],
  ): void {
    for (const waiting of doubtful) waiting.failed?.(code, `${because}: it may have been written`);
    for (const waiting of this.#queue.take(Infinity, Infinity)) waiting.failed?.(code, because);
  }

  /** What was lost, to be told now; undefined if there is nothing, or no room to record it. */
  takeGap(): Gap | undefined {
    return this.#door.isTaking() && this.#queue.hasRoomFor(TOLD)
      ? this.#spooled.takeGap()
      : undefined;
  }
}
