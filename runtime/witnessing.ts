import type { LogProofs } from '../actors/log-proofs.ts';
import { text } from '../storage/bytes.ts';
import { formatNote, type Note, parseNote } from '../storage/proofs/note.ts';
import type { Cosigner } from './cosigner.ts';
import { asHoldfastError } from './storage-errors.ts';

/** Has a witness vouch for the log. It remembers what the witness has. */
export class Witnessing {
  readonly #proofs: Pick<LogProofs, 'noteGiven' | 'openAnchor'>;
  readonly #cosigner: Pick<Cosigner, 'cosign'>;

  constructor(
    proofs: Pick<LogProofs, 'noteGiven' | 'openAnchor'>,
    cosigner: Pick<Cosigner, 'cosign'>,
  ) {
    this.#proofs = proofs;
    this.#cosigner = cosigner;
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
      const cosigned = await this.#cosigner.cosign(given);
      await this.#proofs.noteGiven(cosigned);
      return Buffer.from(formatNote(cosigned)).toString();
    } catch (error) {
      throw asHoldfastError(error);
    }
  }

  #own(bytes: Uint8Array): Note {
    this.#proofs.openAnchor(bytes);
    return parseNote(bytes);
  }
}
