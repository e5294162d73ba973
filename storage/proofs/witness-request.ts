import { concat, text } from '../bytes.ts';
import { StorageError } from '../faults.ts';
import { fromBase64, fromDecimal, textIn, toBase64 } from './notation.ts';
import { formatNote, type Note, parseNote } from './note.ts';
import { HASH_BYTES } from './tree.ts';

const REQUEST_BYTES_MAX = 65_536;
const HASHES_MAX = 63;

/** Asks a witness to cosign a checkpoint: the body of `add-checkpoint` (c2sp.org/tlog-witness). */
export interface WitnessRequest {
  /** Of the checkpoint of this log that the witness cosigned last; 0 if there is none. */
  readonly oldSize: number;
  /** That the log goes on from that one; empty if there is none. */
  readonly proof: readonly Uint8Array[];
  /** The checkpoint, signed by its log. */
  readonly note: Note;
}

export const formatWitnessRequest = ({ oldSize, proof, note }: WitnessRequest): Uint8Array => {
  const lines = [`old ${oldSize}`, ...proof.map(toBase64), ''];
  return concat(text(lines.map((line) => `${line}\n`).join('')), formatNote(note));
};

/** @throws {StorageError} UNPROVEN with the reason if it is no request, or beyond the limits. */
export function parseWitnessRequest(bytes: Uint8Array): WitnessRequest {
  if (bytes.length > REQUEST_BYTES_MAX) {
    throw refused(`it has ${bytes.length} bytes of at most ${REQUEST_BYTES_MAX}`);
  }
  const whole = textIn(bytes);
  if (whole === undefined) throw refused('it is no UTF-8');
  const end = whole.indexOf('\n\n');
  if (end < 0) throw refused('no empty line comes before its checkpoint');
  const [first = '', ...lines] = whole.slice(0, end).split('\n');
  const oldSize = first.startsWith('old ') ? fromDecimal(first.slice('old '.length)) : undefined;
  if (oldSize === undefined) {
    throw refused('its first line is not "old" and a decimal number up to 2^53 - 1');
  }
  if (lines.length > HASHES_MAX) {
    throw refused(`its proof has ${lines.length} hashes of at most ${HASHES_MAX}`);
  }
  return { oldSize, proof: lines.map(hashIn), note: parseNote(text(whole.slice(end + 2))) };
}

function hashIn(line: string, at: number): Uint8Array {
  const hash = fromBase64(line);
  if (hash?.length === HASH_BYTES) return hash;
  throw refused(`hash ${at + 1} of its proof is not ${HASH_BYTES} bytes in base64`);
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the request is malformed: ${because}`);
