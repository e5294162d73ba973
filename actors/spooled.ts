import { hex, sha256 } from '../storage/bytes.ts';
import type { Clock } from '../storage/ports.ts';
import type { Spool } from '../storage/spool.ts';
import { within } from './deadline.ts';

/** Frames of one write; more wait for the next. */
const FRAMES_MAX = 1_024;
/** Records on their way to the disk. */
const PENDING_MAX = 65_536;

/** What was lost for want of room, and when: exact, until it is told. */
export interface Gap {
  readonly lost: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The log, as far as it is needed to put records back. */
export interface Target {
  size(): number;
  append(records: readonly Uint8Array[]): Promise<void>;
}

/** Hears when the spool takes no more, and why. */
export type OnSpoolLost = (how: 'filled' | 'failed', because: string) => void;

export interface SpooledTools {
  readonly clock: Clock;
  readonly writeMs: number;
  /** Of the log, as far as it is known. */
  readonly logSize: () => number;
}

/**
 * Records that are kept aside while the log takes none: in memory and, sealed, in a file with a
 * limit, so that they survive the process. What finds no room is counted.
 */
export class Spooled {
  readonly #spool: Spool;
  readonly #clock: Clock;
  readonly #writeMs: number;
  readonly #logSize: () => number;
  readonly #onLost: OnSpoolLost;
  #kept: Uint8Array[];
  #pending: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #isFull = false;
  #gap: Gap | undefined;
  /** A batch that may be in the log: it is, if that is so long. */
  #doubtful: { readonly records: number; readonly end: number } | undefined;

  constructor(
    spool: Spool,
    kept: readonly Uint8Array[],
    { clock, writeMs, logSize }: SpooledTools,
    onLost: OnSpoolLost,
  ) {
    this.#spool = spool;
    this.#kept = [...kept];
    this.#clock = clock;
    this.#writeMs = writeMs;
    this.#logSize = logSize;
    this.#onLost = onLost;
  }

  /** Records that are kept, on the disk or on their way there. */
  get size(): number {
    return this.#kept.length + this.#pending.length;
  }

  get lost(): number {
    return this.#gap?.lost ?? 0;
  }

  add(record: Uint8Array): void {
    if (this.#isFull || this.#pending.length >= PENDING_MAX) return this.count(1);
    this.#pending.push(record);
    this.#writing ??= this.#write();
  }

  /** So many more are lost. */
  count(lost: number): void {
    const nowMs = Math.round(this.#clock.wallMs());
    const { lost: before = 0, fromMs = nowMs } = this.#gap ?? {};
    this.#gap = { lost: before + lost, fromMs, toMs: nowMs };
  }

  /** What was lost since it was last asked. */
  takeGap(): Gap | undefined {
    const gap = this.#gap;
    this.#gap = undefined;
    return gap;
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.slice(0, FRAMES_MAX);
      const frames = batch.map((record) => ({ kind: 'event', record }) as const);
      let taken = 0;
      try {
        const adding = this.#spool.add(frames, this.#logSize());
        taken = await within(this.#clock, this.#writeMs, adding);
        if (taken < batch.length) this.#refuse('filled', 'the spool is full');
      } catch (error) {
        this.#refuse('failed', String(error));
      }
      this.#kept.push(...batch.slice(0, taken));
      this.#pending = this.#pending.slice(batch.length);
      if (taken < batch.length) this.count(batch.length - taken);
    }
    this.#writing = undefined;
  }

  #refuse(how: 'filled' | 'failed', because: string): void {
    this.#isFull = true;
    this.#onLost(how, because);
  }

  /** Once all that was kept is on the disk, or counted. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /**
   * Puts all of it into the log, batch by batch, and forgets it. What comes in meanwhile is put in
   * too. If that fails, all that the log did not take stays.
   */
  async replay(log: Target): Promise<number> {
    let replayed = 0;
    do {
      await this.#writing;
      replayed += await this.#replaySome(log);
      if (this.size === 0) await within(this.#clock, this.#writeMs, this.#spool.clear());
    } while (this.size > 0);
    this.#isFull = false;
    return replayed;
  }

  async #replaySome(log: Target): Promise<number> {
    const { records = 0, end = 0 } = this.#doubtful ?? {};
    this.#doubtful = undefined;
    if (records > 0 && log.size() >= end) {
      this.#kept = this.#kept.slice(records);
      return records;
    }
    const batch = this.#kept.slice(0, FRAMES_MAX);
    if (batch.length === 0) return 0;
    this.#doubtful = { records: batch.length, end: log.size() + batch.length };
    await log.append(batch);
    this.#doubtful = undefined;
    this.#kept = this.#kept.slice(batch.length);
    return batch.length;
  }

  /** Puts all of it aside: it was in the log once, and somebody has put the file back since. */
  async refuse(): Promise<void> {
    await this.#spool.refuse();
    this.#kept = [];
  }

  /** Those that are in the log already, as far as `written` shows: the process ended in between. */
  forget(written: readonly Uint8Array[]): void {
    const known = new Set(written.map((record) => hex(sha256(record))));
    this.#kept = this.#kept.filter((record) => !known.has(hex(sha256(record))));
  }
}
