import { within } from '../actors/deadline.ts';
import { fileOperations } from '../actors/operations.ts';
import type { Log } from '../actors/world.ts';
import { text } from '../storage/bytes.ts';
import { StorageError } from '../storage/faults.ts';
import type { Clock } from '../storage/ports.ts';
import { WITNESSED_LOGS_MAX, type Witness } from '../storage/proofs/witness.ts';
import { refusedWith, type WitnessAnswer } from '../storage/proofs/witness-answer.ts';
import { describeError } from './errors.ts';
import { readOptions } from './options/read.ts';
import { type LogInput, logOptions } from './options/witness.ts';

const WAITING_MAX = 100;

/** Vouches for other logs: that each only ever grew, as far as it was shown to this runtime. */
export class LogWitness {
  readonly #witness: Witness;
  readonly #clock: Clock;
  readonly #log: Pick<Log, 'error'>;
  readonly #working = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(witness: Witness, { clock, log }: { clock: Clock; log: Pick<Log, 'error'> }) {
    this.#witness = witness;
    this.#clock = clock;
    this.#log = log;
  }

  /** The public key of this witness, one line of text: a vkey of C2SP's cosignatures. */
  get verifierKey(): string {
    return this.#witness.verifierKey;
  }

  /**
   * From now on checkpoints of the log are cosigned that this key has signed; it may have several.
   * @throws {TypeError | RangeError} for what is no key of a log, or another log beyond 1,000.
   */
  trust(log: LogInput): void {
    const { origin, key } = readOptions(logOptions, 'trust', log);
    if (this.#witness.trust(origin, key)) return;
    throw new RangeError(
      `a witness has room for ${WITNESSED_LOGS_MAX} logs, and none for ${origin}`,
    );
  }

  /** What this key signs of the log is no longer believed; how far the log had come, is kept. */
  retire(log: LogInput): void {
    const { origin, key } = readOptions(logOptions, 'retire', log);
    this.#witness.retire(origin, key);
  }

  /**
   * The answer to the body of a POST to `add-checkpoint` (c2sp.org/tlog-witness): 200 with a
   * cosignature once it is durable that there is one; 400, 403, 404, 409 or 422 with the reason;
   * 503 if it cannot be kept now. The body may have 65,536 bytes.
   * @throws {TypeError} if the body is neither text nor bytes; it rejects for nothing else.
   */
  async add(body: string | Uint8Array): Promise<WitnessAnswer> {
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
      throw new TypeError(`body must be a string or a Uint8Array, got ${typeof body}`);
    }
    if (this.#isClosed) return refusedWith(503, 'the witness has stopped');
    if (this.#working.size >= WAITING_MAX) return refusedWith(503, 'too many requests wait');
    const work = this.#witness.add(typeof body === 'string' ? text(body) : body.slice());
    this.#working.add(work);
    const done = (): boolean => this.#working.delete(work);
    work.then(done, done);
    try {
      return await within(this.#clock, fileOperations.replace.deadlineMs, work);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#log.error({ error: describeError(error) }, 'the witness cannot keep what it cosigns');
      return refusedWith(503, 'the witness cannot keep what it cosigns now');
    }
  }

  /** Once what it writes is written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#working);
  }
}
