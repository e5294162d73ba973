import { within } from '../actors/deadline.ts';
import type { LogProofs } from '../actors/log-proofs.ts';
import { text } from '../storage/bytes.ts';
import { parseCheckpoint } from '../storage/checkpoint.ts';
import { formatNote, type Note, parseNote } from '../storage/note.ts';
import { keyIdOf } from '../storage/note-key.ts';
import type { Clock } from '../storage/ports.ts';
import { cosignatureIn, sizeIn } from '../storage/witness-answer.ts';
import { formatWitnessRequest } from '../storage/witness-request.ts';
import { describeError, HoldfastError } from './errors.ts';
import { readOptions } from './options/read.ts';
import { type WitnessingOptions, witnessAnswer } from './options/witnessing.ts';
import { asHoldfastError } from './storage-errors.ts';

/** The witness may have cosigned meanwhile what another object of ours had sent. */
const TRIES_MAX = 3;
const ANSWER_CHARACTERS_MAX = 65_536;
const REASON_CHARACTERS_MAX = 200;

type Proofs = Pick<LogProofs, 'checkpoint' | 'noteGiven' | 'openAnchor' | 'proveConsistency'>;

/** Has a witness vouch for the log (c2sp.org/tlog-witness). */
export class Witnessing {
  readonly #proofs: Proofs;
  readonly #clock: Clock;
  readonly #options: WitnessingOptions;
  /** What the witness cosigned last, as far as is known. */
  #size = 0;

  constructor(proofs: Proofs, clock: Clock, options: WitnessingOptions) {
    this.#proofs = proofs;
    this.#clock = clock;
    this.#options = options;
  }

  /**
   * A checkpoint of the log, by default of all its records, with one more line: that the witness
   * saw the log come to it, and go on from all that it saw before.
   * @throws {HoldfastError} WITNESS_UNAVAILABLE if no answer comes, WITNESS_REFUSED if it knows
   * another log under this name, AUDIT_UNPROVEN if its signature is forged, or `checkpoint` is none
   * of this log; DATA_DAMAGED if a record or what remains of it cannot be read.
   */
  async cosign(checkpoint?: string): Promise<string> {
    try {
      const given = checkpoint === undefined ? undefined : this.#own(text(checkpoint));
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const cosigned = await this.#try(given ?? (await this.#proofs.checkpoint()));
        if (cosigned !== undefined) return Buffer.from(formatNote(cosigned)).toString();
      }
    } catch (error) {
      throw asHoldfastError(error);
    }
    const message = `the witness had cosigned something else ${TRIES_MAX} times`;
    throw new HoldfastError('WITNESS_UNAVAILABLE', message);
  }

  #own(bytes: Uint8Array): Note {
    this.#proofs.openAnchor(bytes);
    return parseNote(bytes);
  }

  /** Undefined if the witness had not cosigned what it was thought to have: now that is known. */
  async #try(note: Note): Promise<Note | undefined> {
    const { size } = parseCheckpoint(note.text);
    const oldSize = this.#size;
    if (oldSize > size) {
      this.#size = 0;
      throw refused(`it cosigned size ${oldSize}, above size ${size} of the checkpoint`);
    }
    const proof = oldSize === 0 ? [] : await this.#proofs.proveConsistency(oldSize, size);
    const request = Buffer.from(formatWitnessRequest({ oldSize, proof, note })).toString();
    const { status, body } = await this.#ask(request);
    if (status === 200) {
      const { verifierKey } = this.#options;
      const signature = cosignatureIn(body, note, verifierKey);
      this.#size = size;
      const others = note.signatures.filter(({ keyId }) => keyId !== keyIdOf(verifierKey));
      const cosigned = { text: note.text, signatures: [...others, signature] };
      await this.#proofs.noteGiven(cosigned);
      return cosigned;
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
