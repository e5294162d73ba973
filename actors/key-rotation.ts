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
   * What it comes to. If it fails, the next key may have taken over all the same.
   * @throws {StorageError} CORRUPT if a leaf cannot be read; KEY_PAGE_FULL; those of the ports;
   * GONE while the log is not open.
   */
  async rotate(because: string): Promise<RotatedKey> {
    const note = await this.#proofs.handOver(async (size) => {
      const log = this.#open();
      await within(this.#kernel.clock, ROTATE_MS, log.rotateKey(size));
      const generation = log.auditKey;
      this.#kernel.tell('audit.key.rotated', 'audit', { generation, size, because });
    });
    await this.#writer.rotate();
    await this.#proofs.noteGiven(note);
    const checkpoint = Buffer.from(formatNote(note)).toString();
    return { verifierKey: this.#proofs.verifierKey, checkpoint };
  }

  #open(): Log {
    const { log } = this.#writer;
    if (log === undefined) throw new StorageError('GONE', 'the log is not open');
    return log;
  }
}
