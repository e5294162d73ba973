import { StorageError } from '../storage/faults.ts';
import type { Log } from '../storage/log.ts';
import { formatNote } from '../storage/proofs/note.ts';
import { within } from './deadline.ts';
import type { LogProofs } from './log-proofs.ts';
import type { LogWriter } from './log-writer.ts';
import type { Kernel } from './world.ts';

/** A rotation of keys that takes longer has failed. */
const ROTATE_MS = 60_000;

/** What verifies checkpoints from now on, and one that the key before has signed as well. */
export interface RotatedKey {
  readonly verifierKey: string;
  readonly checkpoint: string;
}

/** Puts the next audit key into the place of the present one. */
export class KeyRotation {
  readonly #kernel: Kernel;
  readonly #proofs: LogProofs;
  readonly #writer: LogWriter;

  constructor(kernel: Kernel, proofs: LogProofs, writer: LogWriter) {
    this.#kernel = kernel;
    this.#proofs = proofs;
    this.#writer = writer;
  }

  /**
   * What it comes to. If it fails, the next key may have taken over all the same: the log is let
   * go, and known once it is opened anew.
   * @throws {StorageError} CORRUPT if a leaf cannot be read; KEY_PAGE_FULL; those of the ports;
   * GONE while the log is not open.
   */
  async rotate(because: string): Promise<RotatedKey> {
    // The tree takes as long as the log is; what follows has a deadline.
    await this.#proofs.checkpoint();
    const handedOver = this.#proofs.handOver((size) => this.#takeOver(size, because));
    const note = await within(this.#kernel.clock, ROTATE_MS, handedOver);
    await this.#writer.rotate();
    await this.#proofs.noteGiven(note);
    const checkpoint = Buffer.from(formatNote(note)).toString();
    return { verifierKey: this.#proofs.verifierKey, checkpoint };
  }

  async #takeOver(size: number, because: string): Promise<void> {
    const log = this.#open();
    try {
      await log.rotateKey(size);
    } catch (error) {
      if (!isRefusal(error)) this.#doubt(log, error);
      throw error;
    }
    const generation = log.auditKey;
    this.#kernel.tell('audit.key.rotated', 'audit', { generation, size, because });
  }

  /** Trap: the disk may have the next key all the same. Only an opening tells. */
  #doubt(log: Log, error: unknown): void {
    this.#proofs.doubt();
    if (this.#writer.log === log) this.#writer.lose(error);
  }

  #open(): Log {
    const { log } = this.#writer;
    if (log === undefined) throw new StorageError('GONE', 'the log is not open');
    return log;
  }
}

/** Nothing was written. */
const isRefusal = (error: unknown): boolean =>
  error instanceof StorageError && error.code === 'KEY_PAGE_FULL';
