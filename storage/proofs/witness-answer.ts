import { concat, text } from '../bytes.ts';
import { StorageError } from '../faults.ts';
import { fromDecimal } from './notation.ts';
import { formatSignature, type Note, type NoteSignature, parseNote } from './note.ts';
import { formatNoteKey, keyIdOf, type NoteKey } from './note-key.ts';
import { verifyNote } from './note-signature.ts';

/** What a witness says to a request, as HTTP has it (c2sp.org/tlog-witness). */
export interface WitnessAnswer {
  /** 503 if the witness itself is hindered; all others are the specification's. */
  readonly status: 200 | 400 | 403 | 404 | 409 | 422 | 503;
  readonly contentType: string;
  readonly body: string;
}

const TEXT = 'text/plain; charset=utf-8';

/** With the reason, for people. */
export const refusedWith = (
  status: Exclude<WitnessAnswer['status'], 200 | 409>,
  because: string,
): WitnessAnswer => ({ status, contentType: TEXT, body: `${because}\n` });

/** The checkpoint that was cosigned last has another size, or another root. */
export const conflictAt = (size: number): WitnessAnswer => ({
  status: 409,
  contentType: 'text/x.tlog.size',
  body: `${size}\n`,
});

export const cosignedBy = (signature: NoteSignature): WitnessAnswer => ({
  status: 200,
  contentType: TEXT,
  body: formatSignature(signature),
});

/** The size that a conflict tells; undefined if it tells none. */
export const sizeIn = (body: string): number | undefined =>
  body.endsWith('\n') ? fromDecimal(body.slice(0, -1)) : undefined;

/**
 * The cosignature of this note by the key of a witness, as its answer has it; what others signed
 * there is left out.
 * @throws {StorageError} UNPROVEN with the reason if it is forged, or there is none.
 */
export function cosignatureIn(body: string, note: Note, key: NoteKey): NoteSignature {
  const answered = parseNote(concat(text(`${note.text}\n`), text(body)));
  // Whoever answers may not choose what it is that was signed.
  if (answered.text !== note.text) throw refused('it holds more than signatures');
  const own = answered.signatures.find(
    ({ name, keyId }) => name === key.name && keyId === keyIdOf(key),
  );
  if (own === undefined) throw refused(`${formatNoteKey(key)} has not signed it`);
  verifyNote({ text: note.text, signatures: [own] }, [key]);
  return own;
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the answer of the witness does not hold: ${because}`);
