import { sameBytes } from '../bytes.ts';
import { StorageError } from '../faults.ts';
import { fromBase64, fromDecimal, toBase64 } from './notation.ts';
import { HASH_BYTES, hashAbove } from './tree.ts';

/** What a log says its tree is at one size: the text of a note (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Which log it is: one line. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Further lines, which no monitor checks; mostly none. */
  readonly extensions: readonly string[];
}

/** @throws {StorageError} UNPROVEN with the reason if the text is that of no checkpoint. */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw refused('its last line has no line feed');
  const lines = text.slice(0, -1).split('\n');
  const [origin = '', decimal, digits, ...extensions] = lines;
  if (decimal === undefined || digits === undefined) throw refused('it has less than three lines');
  if (lines.includes('')) throw refused(`line ${lines.indexOf('') + 1} is empty`);
  const size = fromDecimal(decimal);
  if (size === undefined) throw refused('its size is no decimal number up to 2^53 - 1');
  const root = fromBase64(digits);
  if (root?.length !== HASH_BYTES) throw refused(`its root is not ${HASH_BYTES} bytes in base64`);
  if (size === 0 && !sameBytes(root, hashAbove([]))) {
    throw refused('its root is not that of an empty tree');
  }
  return { origin, size, root, extensions };
}

/**
 * The text of the note that says so.
 * @throws {TypeError} if the origin or an extension is no line, or the root no hash.
 * @throws {RangeError} unless the size is a whole number from 0 to 2^53 - 1.
 */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  if (![origin, ...extensions].every((line) => line !== '' && !line.includes('\n'))) {
    throw new TypeError('origin and extensions must be lines that are not empty');
  }
  if (root.length !== HASH_BYTES) {
    throw new TypeError(`root must have ${HASH_BYTES} bytes, got ${root.length}`);
  }
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(`size must be a whole number from 0 to 2^53 - 1, got ${size}`);
  }
  return [origin, size, toBase64(root), ...extensions].map((line) => `${line}\n`).join('');
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the checkpoint is malformed: ${because}`);
