import type { AuditGap, AuditRecord } from '../../audit.ts';
import type { ToldRecord } from '../panel-shapes.ts';
import { toldRecord } from '../told-record.ts';

/** What of the log it reads. */
export interface NewestLog {
  status(): { readonly size: number };
  read(range: { readonly fromIndex: number }): AsyncIterable<AuditRecord | AuditGap>;
}

const KEPT_MAX = 100;

/** The newest records of a log, as they were when it was looked at last: to read takes time. */
export class NewestRecords {
  readonly #log: NewestLog;
  #records: readonly ToldRecord[] = [];
  #next = 0;
  #isReading = false;

  constructor(log: NewestLog) {
    this.#log = log;
  }

  /** Oldest first. What came since is read, to be there the next time. */
  look(): readonly ToldRecord[] {
    const { size } = this.#log.status();
    // It was lost, and has begun anew.
    if (size < this.#next) this.#next = 0;
    if (size > this.#next && !this.#isReading) void this.#read(size);
    return this.#records;
  }

  async #read(size: number): Promise<void> {
    this.#isReading = true;
    const fromIndex = Math.max(this.#next, size - KEPT_MAX);
    const read: ToldRecord[] = [];
    try {
      for await (const each of this.#log.read({ fromIndex })) {
        if (each.kind === 'record') read.push(toldRecord(each));
        if (read.length >= 2 * KEPT_MAX) break;
      }
      this.#next = Math.max(size, (read.at(-1)?.index ?? 0) + 1);
      const known = this.#records.filter(({ index }) => index < fromIndex);
      this.#records = [...known, ...read].slice(-KEPT_MAX);
    } catch {
      // A log that cannot be read says so in its status.
    } finally {
      this.#isReading = false;
    }
  }
}
