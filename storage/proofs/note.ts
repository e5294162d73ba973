import { concat, readU32, u32, text as utf8 } from '../bytes.ts';
import { StorageError } from '../faults.ts';
import { fromBase64, textIn, toBase64 } from './notation.ts';

export const NOTE_BYTES_MAX = 1_000_000;
export const SIGNATURES_MAX = 100;
const KEY_ID_BYTES = 4;
const LINE_FEED = 0x0a;
const SPACE = 0x20;

/** A line below a note: who says to have signed it, and the bytes that shall show it. */
export interface NoteSignature {
  readonly name: string;
  /** 32 bits, which tell keys of one name apart; no proof of anything. */
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** A signed note (c2sp.org/signed-note). Trap: nothing in it is authentic before `verifyNote`. */
export interface Note {
  /** Lines, each with its line feed: what is signed. */
  readonly text: string;
  /** 1 to 100, by known and unknown keys. */
  readonly signatures: readonly NoteSignature[];
}

/** No white space and no plus, at least one character. */
export const isKeyName = (name: string): boolean => /^[^\p{White_Space}+]+$/u.test(name);

const hasControls = (bytes: Uint8Array): boolean =>
  bytes.some((byte) => byte < SPACE && byte !== LINE_FEED);

/** @throws {StorageError} UNPROVEN with the reason if it is no note, or one beyond the limits. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > NOTE_BYTES_MAX) {
    throw refused(`it has ${bytes.length} bytes of at most ${NOTE_BYTES_MAX}`);
  }
  const whole = textIn(bytes);
  if (whole === undefined) throw refused('it is no UTF-8');
  if (hasControls(bytes)) throw refused('it has a control character');
  const end = whole.lastIndexOf('\n\n');
  if (end < 0) throw refused('no empty line comes before its signatures');
  if (!whole.endsWith('\n')) throw refused('its last line has no line feed');
  const lines = whole.slice(end + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) {
    throw refused(`it has ${lines.length} signatures of at most ${SIGNATURES_MAX}`);
  }
  return { text: whole.slice(0, end + 1), signatures: lines.map(signatureIn) };
}

function signatureIn(line: string, at: number): NoteSignature {
  const [dash, name = '', digits, ...rest] = line.split(' ');
  if (dash !== '—' || !isKeyName(name) || digits === undefined || rest.length > 0) {
    throw refused(`signature ${at + 1} is not a dash, a name and base64`);
  }
  const bytes = fromBase64(digits);
  if (bytes === undefined) throw refused(`signature ${at + 1} is no base64`);
  if (bytes.length <= KEY_ID_BYTES) throw refused(`signature ${at + 1} is too short`);
  return { name, keyId: readU32(bytes, 0), signature: bytes.slice(KEY_ID_BYTES) };
}

/**
 * The bytes of a note: what `parseNote` reads.
 * @throws {TypeError} if its text or a name may not be in a note.
 * @throws {RangeError} unless it has 1 to 100 signatures, and at most 1,000,000 bytes.
 */
export function formatNote({ text, signatures }: Note): Uint8Array {
  if (!text.endsWith('\n') || !text.isWellFormed() || hasControls(utf8(text))) {
    throw new TypeError('text must be lines without control characters, each with a line feed');
  }
  if (!signatures.every(({ name }) => isKeyName(name))) {
    throw new TypeError('name must be without white space and plus, and not empty');
  }
  if (signatures.length < 1 || signatures.length > SIGNATURES_MAX) {
    throw new RangeError(`signatures must be 1 to ${SIGNATURES_MAX}, got ${signatures.length}`);
  }
  const bytes = utf8(`${text}\n${signatures.map(formatSignature).join('')}`);
  if (bytes.length <= NOTE_BYTES_MAX) return bytes;
  throw new RangeError(`note must have at most ${NOTE_BYTES_MAX} bytes, got ${bytes.length}`);
}

/** Its line, with the line feed. */
export const formatSignature = ({ name, keyId, signature }: NoteSignature): string =>
  `— ${name} ${toBase64(concat(u32(keyId), signature))}\n`;

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the note is malformed: ${because}`);
