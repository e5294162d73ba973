import type { Log } from '../storage/log.ts';
import type { Workplace } from '../storage/place.ts';
import type { Cancel } from '../storage/ports.ts';
import type { AuditLimits } from './audit-limits.ts';
import { within } from './deadline.ts';
import { LogHealth } from './log-health.ts';
import type { LogWriter } from './log-writer.ts';

/** What moves the log's mode. */
export type Found =
  | { readonly type: 'files.vanished' }
  | { readonly type: 'tampering.found'; readonly because: string }
  | { readonly type: 'space.low' }
  | { readonly type: 'space.regained' };

export interface WatchEvents {
  onFound(found: Found): void;
  onWell(log: Log): void;
  /** Low space was found, and not regained since. */
  isLow(): boolean;
}

/** Writes the head within a second of each commit, and looks after the log every health period. */
export class LogWatch {
  readonly #place: Workplace;
  readonly #limits: AuditLimits;
  readonly #writer: LogWriter;
  readonly #events: WatchEvents;
  readonly #health: LogHealth;
  readonly #cancels = new Map<string, Cancel>();
  #freeBytes = 0;
  #isOver = false;

  constructor(place: Workplace, limits: AuditLimits, writer: LogWriter, events: WatchEvents) {
    this.#place = place;
    this.#limits = limits;
    this.#writer = writer;
    this.#events = events;
    this.#health = new LogHealth(place);
  }

  start(): void {
    this.#after('health', this.#limits.healthMs, () => this.#examine());
  }

  /** Records were written: the head is to follow. */
  committed(): void {
    if (!this.#cancels.has('head'))
      this.#after('head', this.#limits.headMs, () => this.#writeHead());
  }

  stop(): void {
    this.#isOver = true;
    for (const cancel of this.#cancels.values()) cancel();
  }

  /** The segment was opened or made just now. */
  async note(segment: number): Promise<void> {
    await within(this.#place.clock, this.#limits.appendMs, this.#health.note(segment));
  }

  /** At the last look. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  async lookForSpace(): Promise<void> {
    const { files, layout } = this.#place;
    const asked = within(this.#place.clock, this.#limits.appendMs, files.freeBytes(layout.root));
    this.#heedSpace(await asked.catch(() => this.#freeBytes));
  }

  #heedSpace(freeBytes: number): void {
    this.#freeBytes = freeBytes;
    const { freeBytesMin } = this.#limits;
    const isLow = this.#events.isLow();
    if (!isLow && freeBytes < freeBytesMin) this.#events.onFound({ type: 'space.low' });
    if (isLow && freeBytes >= 2 * freeBytesMin) this.#events.onFound({ type: 'space.regained' });
  }

  #after(name: 'head' | 'health', delayMs: number, work: () => Promise<void>): void {
    if (this.#isOver || delayMs === Number.POSITIVE_INFINITY) return;
    this.#cancels.set(
      name,
      this.#place.clock.after(delayMs, () => void work()),
    );
  }

  async #writeHead(): Promise<void> {
    const { log } = this.#writer;
    if (log !== undefined) await this.#orLose(log, this.#writeHeadOf(log));
    this.#cancels.delete('head');
    if (this.#writer.log !== undefined && this.#writer.log.promise.size < this.#writer.log.size) {
      this.committed();
    }
  }

  /** Where the files were, by now there may be those of another process. */
  async #writeHeadOf(log: Log): Promise<void> {
    if (await this.#health.stands(log)) await log.writeHead();
    else if (this.#writer.log === log) this.#events.onFound({ type: 'files.vanished' });
  }

  async #examine(): Promise<void> {
    await this.#look();
    this.start();
  }

  async #look(): Promise<void> {
    const { log } = this.#writer;
    if (log === undefined) return await this.lookForSpace();
    const health = await this.#orLose(log, this.#health.examine(log));
    if (health === undefined || this.#writer.log !== log) return;
    if (health.kind === 'well') {
      this.#heedSpace(health.freeBytes);
      this.#events.onWell(log);
    } else if (health.kind === 'vanished') this.#events.onFound({ type: 'files.vanished' });
    else this.#events.onFound({ type: 'tampering.found', because: health.because });
  }

  async #orLose<Value>(log: Log, work: Promise<Value>): Promise<Value | undefined> {
    try {
      return await within(this.#place.clock, this.#limits.appendMs, work);
    } catch (error) {
      if (this.#writer.log === log) this.#writer.lose(error);
      return undefined;
    }
  }
}
