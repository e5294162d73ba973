import { StorageError } from '../storage/faults.ts';
import { type Hold, heldBy, holdNamed, holdOn } from '../storage/holds.ts';
import type { Log } from '../storage/log.ts';
import { whyBytesStay } from '../storage/overwriting.ts';
import type { Place } from '../storage/place.ts';
import type { AuditStatus } from './audit-outcome.ts';
import { within } from './deadline.ts';
import type { RecordedFacts } from './recorded-facts.ts';
import type { Shredder } from './shredder.ts';
import type { Kernel } from './world.ts';

/** Placing or lifting a hold that takes longer has failed. */
const HOLD_MS = 60_000;
const LOOK_MS = 10_000;

/** Which segments `shred` is to make unreadable: those that ended before an index or a time. */
export interface ShredBefore {
  readonly index?: number;
  readonly writtenBeforeMs?: number;
}

/** What an operator may order: to make records unreadable for good, or to keep them readable. */
export class LogErasure {
  readonly #kernel: Kernel;
  readonly #facts: RecordedFacts;
  readonly #shredder: Shredder;
  readonly #log: () => Log | undefined;
  /** What it was asked about last. */
  #latest: Log | undefined;
  #doubt: string | null = null;

  /** @param log the log, while it is open */
  constructor(
    kernel: Kernel,
    facts: RecordedFacts,
    shredder: Shredder,
    log: () => Log | undefined,
  ) {
    this.#kernel = kernel;
    this.#facts = facts;
    this.#shredder = shredder;
    this.#log = log;
  }

  /** Once, at the beginning; it tells what it doubts. Never fails. */
  async lookAtDisk({ files, layout }: Pick<Place, 'files' | 'layout'>): Promise<void> {
    this.#latest = this.#log();
    const asked = within(this.#kernel.clock, LOOK_MS, files.fileSystem(layout.root));
    const because = whyBytesStay(await asked.catch(() => undefined));
    if (because === undefined) return;
    this.#doubt = because;
    this.#kernel.tell('audit.erasure.doubted', 'audit', { because });
  }

  /**
   * Shreds segments that have ended. Returns them, in order.
   * @throws {StorageError} HELD if a hold keeps one of them, and then nothing changed, unless it
   * was placed meanwhile; those of the ports; GONE while the log is not open.
   */
  async shred(
    { index = Infinity, writtenBeforeMs = Infinity }: ShredBefore,
    because: string,
  ): Promise<readonly number[]> {
    const log = this.#open();
    return await this.#shredder.shred(log, async () => {
      const chosen = (await log.ended()).filter(
        ({ size, writtenMs }) => size <= index && writtenMs < writtenBeforeMs,
      );
      for (const ended of chosen) {
        const hold = holdOn(log.holds, ended);
        if (hold !== undefined) throw new StorageError('HELD', heldBy(ended.segment, hold));
      }
      return chosen.map((ended) => ({ ended, because }));
    });
  }

  /**
   * From now on nothing shreds these records. What is being shredded just then is waited for.
   * @throws {RangeError} naming the field of a hold that cannot be.
   * @throws {StorageError} SHREDDED, naming the indices; those of the ports; GONE as above.
   */
  async hold(hold: Hold, because: string): Promise<void> {
    await within(this.#kernel.clock, HOLD_MS, this.#open().hold(hold));
    this.#kernel.tell('audit.held', 'audit', { ...hold, because });
  }

  /**
   * That it is about to be released is in the log before.
   * @throws {RangeError} if there is no such hold. @throws {StorageError} as above.
   */
  async release(name: string, because: string): Promise<void> {
    const log = this.#open();
    const told = { ...holdNamed(log.holds, name), because };
    await this.#facts.tell('audit.releasing', 'audit', told);
    await within(this.#kernel.clock, HOLD_MS, log.release(name));
    this.#kernel.tell('audit.released', 'audit', told);
  }

  status(): Pick<AuditStatus, 'holds' | 'erasureDoubt'> {
    this.#latest = this.#log() ?? this.#latest;
    return { holds: this.#latest?.holds ?? [], erasureDoubt: this.#doubt };
  }

  #open(): Log {
    const log = this.#log();
    this.#latest = log ?? this.#latest;
    if (log === undefined) throw new StorageError('GONE', 'the log is not open');
    return log;
  }
}
