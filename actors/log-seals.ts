import { StorageError } from '../storage/faults.ts';
import type { Log } from '../storage/log.ts';
import type { Place } from '../storage/place.ts';
import { verifySealed } from '../storage/sealed-ends.ts';
import { parseSealingStart, type SealingStart } from '../storage/sealing.ts';
import type { Verification } from '../storage/verification.ts';
import { within } from './deadline.ts';
import type { Kernel } from './world.ts';

/** Beginning the seals takes longer only if the disk hangs. */
const BEGIN_MS = 60_000;

/** Seals that whoever has all keys of today cannot make for what ended before. */
export class LogSeals {
  readonly #kernel: Kernel;
  readonly #place: Place;
  readonly #log: () => Log | undefined;

  /** @param log the log, while it is open */
  constructor(kernel: Kernel, place: Place, log: () => Log | undefined) {
    this.#kernel = kernel;
    this.#place = place;
    this.#log = log;
  }

  /**
   * Begins them, or begins them anew: what was kept of an earlier beginning is of no use then.
   * Returns what is to be kept where the log's writer cannot reach it.
   * @throws {StorageError} those of the ports; GONE while the log is not open.
   */
  async begin(): Promise<string> {
    const log = this.#open();
    const start = await within(this.#kernel.clock, BEGIN_MS, log.beginSeals());
    this.#kernel.tell('audit.seals.begun', 'audit', { segment: log.seals?.begun ?? 0 });
    return start;
  }

  /** @throws {StorageError} UNPROVEN with the reason if it is no start of seals of this log. */
  openStart(line: string): SealingStart {
    return parseSealingStart(line, this.#place.storeId);
  }

  /** What was found of the log, beside the start of its seals. @throws {StorageError} as above. */
  verify(found: Verification, start: SealingStart): Promise<Verification> {
    return verifySealed(this.#place, found, start, this.#open().seals);
  }

  #open(): Log {
    const log = this.#log();
    if (log === undefined) throw new StorageError('GONE', 'the log is not open');
    return log;
  }
}
