import { concat, hex, isZero, readU32, sameBytes, sha256, text, u32, u64 } from './bytes.ts';
import { hkdf, mac } from './derivation.ts';
import { StorageError } from './faults.ts';
import { fromBase64, fromDecimal, toBase64 } from './proofs/notation.ts';
import { Secret } from './secret.ts';

/**
 * Seals over the ends of segments, with a key that only moves forward: whoever has the present one
 * can neither make those of the past anew nor take one off (Ma and Tsudik, "A New Approach to
 * Secure Logging", 2009). Whoever kept the first key can check all of them.
 */
export interface Sealing {
  /** The segment whose end was the first to be sealed, and the one whose end is the next. */
  readonly begun: number;
  readonly next: number;
  /** Of all seals so far. */
  readonly aggregate: Uint8Array;
  /** For the end of `next`. */
  readonly key: Secret;
}

/** What the seals began with: whoever verifies them keeps it where the log's writer is not. */
export interface SealingStart {
  readonly segment: number;
  readonly key: Secret;
}

/** Where a segment ended: the chain commits to every record up to there. */
export interface SegmentEnd {
  readonly segment: number;
  readonly size: number;
  readonly chain: Uint8Array;
}

export const SEALING_BYTES = 72;
const AGGREGATE_BYTES = 32;
const STEP = text('holdfast/v1/sealing');
const LABEL = text('sealing');
const HEADING = 'holdfast-seals';

export const beginSealing = ({ segment, key }: SealingStart): Sealing => ({
  begun: segment,
  next: segment,
  aggregate: new Uint8Array(AGGREGATE_BYTES),
  key,
});

/** The seals with one more: that of the end of segment `next`. The caller wipes the key before. */
export function sealEnd(
  { begun, next, aggregate, key }: Sealing,
  storeId: Uint8Array,
  end: SegmentEnd,
): Sealing {
  if (end.segment !== next) throw new RangeError(`segment must be ${next}, got ${end.segment}`);
  const seal = mac(key, LABEL, storeId, u32(end.segment), u64(end.size), end.chain);
  const bytes = hkdf(key, storeId, STEP, 32);
  const following = Secret.of(bytes);
  bytes.fill(0);
  return { begun, next: next + 1, aggregate: sha256(aggregate, seal), key: following };
}

/** 72 bytes; all zero if there are no seals. */
export function encodeSealing(sealing: Sealing | undefined): Uint8Array {
  if (sealing === undefined) return new Uint8Array(SEALING_BYTES);
  const { begun, next, aggregate, key } = sealing;
  return key.use((bytes) => concat(u32(begun), u32(next), aggregate, bytes));
}

/** Undefined if there are none. Trap: whether they are any is for the caller to know. */
export function decodeSealing(bytes: Uint8Array): Sealing | undefined {
  if (isZero(bytes)) return undefined;
  const [begun, next] = [readU32(bytes, 0), readU32(bytes, 4)];
  return { begun, next, aggregate: bytes.slice(8, 40), key: Secret.of(bytes.subarray(40)) };
}

export const isSameSealing = (one: Sealing, other: Sealing): boolean =>
  one.begun === other.begun && one.next === other.next && sameBytes(one.aggregate, other.aggregate);

/** One line of text. Trap: it is a secret. */
export const formatSealingStart = ({ segment, key }: SealingStart, storeId: Uint8Array): string =>
  key.use((bytes) => [HEADING, hex(storeId), segment, toBase64(bytes)].join('+'));

/** @throws {StorageError} UNPROVEN with the reason if it is none, or that of another log. */
export function parseSealingStart(line: string, storeId: Uint8Array): SealingStart {
  const [heading, id, decimal = '', ...digits] = line.trimEnd().split('+');
  if (heading !== HEADING) throw refused(`it does not begin with ${HEADING}`);
  if (id !== hex(storeId)) throw refused('it is of another log');
  const [segment = 0, bytes] = [fromDecimal(decimal), fromBase64(digits.join('+'))];
  if (segment < 1 || segment > 0xffff_ffff) throw refused('it names no segment');
  if (bytes?.length !== 32) throw refused('its key is not 32 bytes in base64');
  return { segment, key: Secret.of(bytes) };
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the start of the seals is refused: ${because}`);
