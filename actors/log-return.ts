import { Log } from '../storage/log.ts';
import type { Finding } from '../storage/recovery.ts';
import type { AuditTools, Happening } from './audit-tools.ts';
import type { Ballast } from './ballast.ts';
import { within } from './deadline.ts';
import { leavesOf, recordsFrom } from './log-records.ts';
import type { LogWatch } from './log-watch.ts';
import { faultOf, type LogWriter } from './log-writer.ts';
import type { Spooled } from './spooled.ts';
import type { Kernel } from './world.ts';

/** As many records may lie behind those of a spool that an earlier process was putting back. */
const COMPARED_BEYOND = 8_192;

export interface ReturnParts {
  readonly tools: AuditTools;
  readonly writer: LogWriter;
  readonly spooled: Spooled;
  readonly ballast: Ballast;
  readonly watch: LogWatch;
}

type Refused = { readonly records: number; readonly begunAt: number; readonly size: number };

export interface ReturnEvents {
  send(event: Happening): void;
  isClosed(): boolean;
  /** The writer goes on with a log that was opened. */
  onTaken(log: Log, findings: readonly Finding[]): void;
  /** So many records were in the log once, that was so long when they were first kept aside. */
  onRefused(spool: Refused): void;
  /** Some of the spool is in the log. */
  onReplaying(): void;
  /** All of it is, so many records. */
  onReplayed(records: number): void;
}

/** How a log that was lost comes back: it is opened anew, then the spool is put into it. */
export class LogReturn {
  readonly #parts: ReturnParts;
  readonly #events: ReturnEvents;
  /** The disk was full: the ballast is given up. */
  isFull = false;
  #opening: Promise<void> | undefined;
  #isReplaying = false;

  constructor(parts: ReturnParts, events: ReturnEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  /** One at a time: a late answer is an answer. */
  reopen(): Promise<void> {
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Once nothing is being opened, and what was let go holds nothing any more. */
  async settled(): Promise<void> {
    await this.#opening;
    await this.#parts.writer.letGo;
  }

  async #reopen(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      const { message, code } = faultOf(error);
      this.isFull ||= code === 'NO_SPACE';
      await this.#parts.watch.lookForSpace();
      // What is gone is made anew; only what is damaged beyond help needs an operator.
      const lasting = code === 'GONE' ? '' : code;
      this.#events.send({ type: 'reopen.failed', because: message, code: lasting });
    }
  }

  async #open(): Promise<void> {
    const { tools, writer, ballast, watch } = this.#parts;
    writer.drop();
    await writer.letGo;
    if (this.isFull) await ballast.release();
    await tools.prepare();
    const { log, findings } = await Log.open(tools.place, true);
    writer.isHeld = true;
    try {
      await this.take(log, findings);
    } catch (error) {
      await log.abandon();
      throw error;
    }
    if (this.#events.isClosed()) return;
    await watch.lookForSpace();
    this.#events.send({ type: 'reopen.succeeded' });
  }

  /** Lets it go at once if all was closed meanwhile. */
  async take(log: Log, findings: readonly Finding[]): Promise<void> {
    const { tools, writer, watch } = this.#parts;
    await watch.note(log.segment);
    await writer.take(log, (from, to) => leavesOf(tools.place, log, from, to));
    if (this.#events.isClosed()) return writer.drop();
    this.#events.onTaken(log, findings);
  }

  /**
   * Drops what an earlier process had put back. After its beginning a spool has nothing behind it
   * in the log but what was being written then, and itself: more, and it was in the log once.
   */
  async sift(log: Log, begunAt: number): Promise<void> {
    const { tools, spooled } = this.#parts;
    const { size: records } = spooled;
    const from = Math.max(0, log.size - records - COMPARED_BEYOND);
    const newest = await recordsFrom(tools.place, log, from);
    if (begunAt >= Math.max(from, newest.shreddedTo)) return spooled.forget(newest.records);
    await spooled.refuse();
    this.#events.onRefused({ records, begunAt, size: log.size });
  }

  /** One at a time, too. If it fails, the writer told; what was not put back is kept. */
  async replay(): Promise<void> {
    if (this.#isReplaying) return;
    this.#isReplaying = true;
    const { spooled, writer } = this.#parts;
    try {
      const records = await spooled.replay({
        size: () => writer.log?.size ?? 0,
        append: async (batch) => {
          await writer.append(batch);
          this.#events.onReplaying();
        },
      });
      this.isFull = false;
      writer.isHeld = false;
      this.#events.onReplayed(records);
    } catch (error) {
      writer.lose(error);
    } finally {
      this.#isReplaying = false;
    }
  }

  /** Never fails: without it there is a little less room, once. */
  async takeBallast(): Promise<void> {
    const { place, limits } = this.#parts.tools;
    if (this.isFull) return;
    const taking = this.#parts.ballast.take(limits.freeBytesMin);
    await within(place.clock, limits.appendMs, taking).catch(() => {});
  }
}

/** Opens the log for the first time. @throws {StorageError} if that cannot be done in time. */
export async function openInTime(
  { clock }: Kernel,
  { place, hasLog, problems, limits }: AuditTools,
) {
  const opening = Log.open(place, hasLog, problems);
  try {
    return await within(clock, limits.reopenMs, opening);
  } catch (error) {
    // One that opens too late would keep the next one out.
    opening.then(({ log }) => log.abandon()).catch(() => {});
    throw error;
  }
}
