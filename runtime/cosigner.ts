import { within } from '../actors/deadline.ts';
import type { LogProofs } from '../actors/log-proofs.ts';
import type { Clock } from '../storage/ports.ts';
import { parseCheckpoint } from '../storage/proofs/checkpoint.ts';
import type { Note } from '../storage/proofs/note.ts';
import { keyIdOf } from '../storage/proofs/note-key.ts';
import { cosignatureIn, sizeIn } from '../storage/proofs/witness-answer.ts';
import { formatWitnessRequest } from '../storage/proofs/witness-request.ts';
import { describeError, HoldfastError } from './errors.ts';
import { readOptions } from './options/read.ts';
import { type WitnessingOptions, witnessAnswer } from './options/witnessing.ts';

/** The witness may have cosigned meanwhile what another object of ours had sent. */
const TRIES_MAX = 3;
const ANSWER_CHARACTERS_MAX = 65_536;
const REASON_CHARACTERS_MAX = 200;

/** A log that wants to be cosigned. */
export type ProvableLog = Pick<LogProofs, 'checkpoint' | 'proveConsistency'>;

/** Asks a witness to cosign checkpoints of a log (c2sp.org/tlog-witness). */
export class Cosigner {
  readonly #log: ProvableLog;
  readonly #clock: Clock;
  readonly #options: WitnessingOptions;
  /** What the witness cosigned last, as far as is known. */
  #size = 0;

  constructor(log: ProvableLog, clock: Clock, options: WitnessingOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#options = options;
  }

  /**
   * The checkpoint, by default that of the log as it is, with one more line.
   * @throws {HoldfastError} WITNESS_UNAVAILABLE, WITNESS_REFUSED.
   * @throws {StorageError} UNPROVEN if the line is forged, CORRUPT if a leaf cannot be read.
   */
  async cosign(given?: Note): Promise<Note> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const cosigned = await this.#try(given ?? (await this.#log.checkpoint()));
      if (cosigned !== undefined) return cosigned;
    }
    const message = `the witness had cosigned something else ${TRIES_MAX} times`;
    throw new HoldfastError('WITNESS_UNAVAILABLE', message);
  }

  /** Undefined if the witness had not cosigned what it was thought to have: now that is known. */
  async #try(note: Note): Promise<Note | undefined> {
    const { size } = parseCheckpoint(note.text);
    const oldSize = this.#size;
    if (oldSize > size) {
      this.#size = 0;
      throw refused(`it cosigned size ${oldSize}, above size ${size} of the checkpoint`);
    }
    const proof = oldSize === 0 ? [] : await this.#log.proveConsistency(oldSize, size);
    const request = Buffer.from(formatWitnessRequest({ oldSize, proof, note })).toString();
    const { status, body } = await this.#ask(request);
    if (status === 200) {
      const { verifierKey } = this.#options;
      const signature = cosignatureIn(body, note, verifierKey);
      this.#size = size;
      const others = note.signatures.filter(({ keyId }) => keyId !== keyIdOf(verifierKey));
      return { text: note.text, signatures: [...others, signature] };
    }
    if (status !== 409) throw faultIn(status, body);
    const known = sizeIn(body);
    if (known === undefined) throw refused('it answered 409 without a size');
    if (known === oldSize) throw refused(`it cosigned another log of size ${known}`);
    this.#size = known;
    return undefined;
  }

  async #ask(request: string) {
    const { post, timeoutMs } = this.#options;
    const controller = new AbortController();
    const { signal } = controller;
    const asked = async () => await post(request, { signal });
    const answer = await within(this.#clock, timeoutMs, asked()).catch((error: unknown) => {
      controller.abort(error);
      const message = `the witness gave no answer: ${describeError(error).message}`;
      throw new HoldfastError('WITNESS_UNAVAILABLE', message, { timeoutMs }, { cause: error });
    });
    const { status, body } = readOptions(witnessAnswer, 'post', answer);
    if (body.length <= ANSWER_CHARACTERS_MAX) return { status, body };
    throw refused(`its answer has more than ${ANSWER_CHARACTERS_MAX} characters`);
  }
}

function faultIn(status: number, body: string): HoldfastError {
  const reason = body
    .slice(0, REASON_CHARACTERS_MAX)
    .replaceAll(/\p{C}+/gu, ' ')
    .trim();
  const isRefusal = [400, 403, 404, 422].includes(status);
  const message = `the witness answered ${status}: ${reason}`;
  return new HoldfastError(isRefusal ? 'WITNESS_REFUSED' : 'WITNESS_UNAVAILABLE', message);
}

const refused = (because: string): HoldfastError =>
  new HoldfastError('WITNESS_REFUSED', `the witness does not vouch for the log: ${because}`);
