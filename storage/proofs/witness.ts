import { StorageError } from '../faults.ts';
import type { Clock } from '../ports.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { formatNoteKey, type NoteKey, noteKeyTypes } from './note-key.ts';
import { cosign, type NoteSigner, noteKeyOf } from './note-signature.ts';
import { cosignedBy, refusedWith, type WitnessAnswer } from './witness-answer.ts';
import { WitnessFile, type WitnessFiles } from './witness-file.ts';
import { parseWitnessRequest, type WitnessRequest } from './witness-request.ts';
import { WitnessedLog } from './witnessed-log.ts';

export const WITNESSED_LOGS_MAX = 1_000;

export interface WitnessTools extends WitnessFiles {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly signer: NoteSigner;
  /** A log signed another tree of that size than the one that was cosigned. */
  readonly onFork: (origin: string, size: number) => void;
}

/**
 * Cosigns checkpoints of other logs, as long as each goes on from the one before
 * (c2sp.org/tlog-witness). Trap: one for a directory, or one would not know what another cosigned.
 */
export class Witness {
  readonly #tools: WitnessTools;
  readonly #logs = new Map<string, WitnessedLog>();

  constructor(tools: WitnessTools) {
    this.#tools = tools;
  }

  /** What verifies its cosignatures, as one line of text (a vkey). */
  get verifierKey(): string {
    return formatNoteKey(noteKeyOf(this.#tools.signer, noteKeyTypes.cosignature));
  }

  /** False if there is no room for another log: 1,000. */
  trust(origin: string, key: NoteKey): boolean {
    if (!this.#logs.has(origin) && this.#logs.size >= WITNESSED_LOGS_MAX) return false;
    const log = this.#logs.get(origin) ?? this.#logOf(origin);
    this.#logs.set(origin, log);
    log.trust(key);
    return true;
  }

  #logOf(origin: string): WitnessedLog {
    const onFork = (size: number): void => this.#tools.onFork(origin, size);
    return new WitnessedLog(new WitnessFile(this.#tools, origin), onFork);
  }

  /** Undefined for a log that is not witnessed. */
  isTrusted(origin: string, key: NoteKey): boolean | undefined {
    return this.#logs.get(origin)?.isTrusted(key);
  }

  /** What the key signs of this log is no longer believed. */
  retire(origin: string, key: NoteKey): void {
    this.#logs.get(origin)?.retire(key);
  }

  /**
   * What the body of a request comes to.
   * @throws {StorageError} as the disk fails, or CORRUPT if what was kept of the log is damaged.
   */
  async add(body: Uint8Array): Promise<WitnessAnswer> {
    const read = readRequest(body);
    if ('status' in read) return read;
    const { request, checkpoint } = read;
    const log = this.#logs.get(checkpoint.origin);
    if (log === undefined) return refusedWith(404, `no log ${checkpoint.origin} is witnessed here`);
    const { clock, signer } = this.#tools;
    return await log.add(request, checkpoint, () =>
      cosignedBy(cosign(request.note.text, signer, Math.floor(clock.wallMs() / 1_000))),
    );
  }
}

function readRequest(body: Uint8Array) {
  try {
    const request: WitnessRequest = parseWitnessRequest(body);
    return { request, checkpoint: parseCheckpoint(request.note.text) };
  } catch (error) {
    if (error instanceof StorageError) return refusedWith(400, error.message);
    throw error;
  }
}
