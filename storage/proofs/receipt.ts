import { concat, text } from '../bytes.ts';
import { StorageError } from '../faults.ts';
import { verifyInclusion } from './inclusion.ts';
import { type LogTrust, openCheckpoint, type TrustedCheckpoint } from './log-trust.ts';
import { fromBase64, fromDecimal, textIn, toBase64 } from './notation.ts';
import { formatNote, NOTE_BYTES_MAX, type Note, parseNote } from './note.ts';
import { HASH_BYTES, leafHash } from './tree.ts';

export const EXTRA_BYTES_MAX = 65_536;
/** An inclusion proof has no more: 2^53 leaves. */
const HASHES_MAX = 53;
/** With the note, the extra data in base64, the hashes and the rest. */
const RECEIPT_BYTES_MAX = NOTE_BYTES_MAX + 100_000;
const SALT_BYTES = 16;
const HEADING = 'c2sp.org/tlog-proof@v1';

/** Shows offline that a record is in a log: the file `.tlog-proof` of c2sp.org/tlog-proof. */
export interface Receipt {
  readonly index: number;
  /** From the leaf up. */
  readonly proof: readonly Uint8Array[];
  /** The checkpoint, signed. */
  readonly note: Note;
  /** At most 65,536 bytes. Trap: nothing signs them. */
  readonly extra?: Uint8Array;
}

/** What a leaf commits to. */
export interface DisclosedRecord {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  readonly record: Uint8Array;
}

/**
 * The bytes of the file.
 * @throws {RangeError} if the index is no whole number, or there is more than a receipt may have.
 */
export function formatReceipt({ index, proof, note, extra }: Receipt): Uint8Array {
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new RangeError(`index must be a whole number from 0 to 2^53 - 1, got ${index}`);
  }
  if (proof.length > HASHES_MAX) {
    throw new RangeError(`proof must have at most ${HASHES_MAX} hashes, got ${proof.length}`);
  }
  if (extra && extra.length > EXTRA_BYTES_MAX) {
    throw new RangeError(`extra must have at most ${EXTRA_BYTES_MAX} bytes, got ${extra.length}`);
  }
  const extras = extra ? [`extra ${toBase64(extra)}`] : [];
  const lines = [HEADING, ...extras, `index ${index}`, ...proof.map(toBase64), ''];
  return concat(text(lines.map((line) => `${line}\n`).join('')), formatNote(note));
}

/** @throws {StorageError} UNPROVEN with the reason if it is no receipt, or beyond the limits. */
export function parseReceipt(bytes: Uint8Array): Receipt {
  if (bytes.length > RECEIPT_BYTES_MAX) {
    throw refused(`it has ${bytes.length} bytes of at most ${RECEIPT_BYTES_MAX}`);
  }
  const whole = textIn(bytes);
  if (whole === undefined) throw refused('it is no UTF-8');
  const end = whole.indexOf('\n\n');
  if (end < 0) throw refused('no empty line comes before its checkpoint');
  const [heading, ...lines] = whole.slice(0, end).split('\n');
  if (heading !== HEADING) throw refused(`it does not begin with ${HEADING}`);
  const extra = lines[0]?.startsWith('extra ') ? extraIn(lines.shift() ?? '') : undefined;
  const index = indexIn(lines.shift() ?? '');
  if (lines.length > HASHES_MAX) {
    throw refused(`its proof has ${lines.length} hashes of at most ${HASHES_MAX}`);
  }
  const proof = lines.map(hashIn);
  const note = parseNote(text(whole.slice(end + 2)));
  return { index, proof, note, ...(extra && { extra }) };
}

function extraIn(line: string): Uint8Array {
  const extra = fromBase64(line.slice('extra '.length));
  if (extra === undefined) throw refused('its extra data is no base64');
  if (extra.length <= EXTRA_BYTES_MAX) return extra;
  throw refused(`its extra data has ${extra.length} bytes of at most ${EXTRA_BYTES_MAX}`);
}

function indexIn(line: string): number {
  const index = line.startsWith('index ') ? fromDecimal(line.slice('index '.length)) : undefined;
  if (index !== undefined) return index;
  throw refused('its index is no decimal number up to 2^53 - 1');
}

function hashIn(line: string, at: number): Uint8Array {
  const hash = fromBase64(line);
  if (hash?.length === HASH_BYTES) return hash;
  throw refused(`hash ${at + 1} of its proof is not ${HASH_BYTES} bytes in base64`);
}

/**
 * Returns the checkpoint that the record is below, if the log has it.
 * @throws {StorageError} UNPROVEN with the reason if the receipt does not show that.
 */
export function verifyReceipt(
  { index, proof, note }: Receipt,
  { salt, record }: DisclosedRecord,
  trust: LogTrust,
): TrustedCheckpoint {
  // With a longer one, the rest of the record would pass for the whole of it.
  if (salt.length !== SALT_BYTES) {
    throw refused(`the salt has ${salt.length} bytes instead of ${SALT_BYTES}`);
  }
  const opened = openCheckpoint(note, trust);
  const { size, root } = opened.checkpoint;
  verifyInclusion({ index, size, root, leaf: leafHash(salt, record) }, proof);
  return opened;
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the receipt does not hold: ${because}`);
