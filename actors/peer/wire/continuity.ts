import { concat, readU32, readU64, text, u32, u64 } from '../../../storage/bytes.ts';
import type { SigningKey } from '../../../storage/ed25519.ts';
import { isIdentityKey } from './identity-key.ts';
import type { Primitives } from './primitives.ts';

/** In the order of their numbers. */
const kinds = ['inception', 'rotation', 'revocation'] as const;

/** How a key came into its place; after a revocation the key before is nobody's, at once. */
export type ContinuityKind = (typeof kinds)[number];

/** SPEC section 9: all but the signatures. Times are milliseconds since 1970. */
export interface Continuity {
  readonly kind: ContinuityKind;
  /** 0 of the inception, then one more each time. */
  readonly seq: number;
  /** The key before; that of the inception itself. */
  readonly previous: Uint8Array;
  readonly key: Uint8Array;
  readonly notBeforeMs: number;
  /** Until when the key before is still the same peer. */
  readonly previousUntilMs: number;
  readonly notAfterMs: number;
  /** The commitment of the key after. */
  readonly next: Uint8Array;
}

export interface ContinuityRecord extends Continuity {
  /** As it is sent, signatures included. */
  readonly bytes: Uint8Array;
}

export const CONTINUITY_BYTES = 253;
export const OVERLAP_MS_MAX = 30 * 86_400_000;

const BODY_BYTES = 125;
const SIGNATURE_BYTES = 64;
const BY_PREVIOUS = Uint8Array.of(0);
const BY_KEY = Uint8Array.of(1);
const COMMITMENT = text('holdfast/v1/commitment');

const domains = {
  inception: text('holdfast/v1/inception'),
  rotation: text('holdfast/v1/rotation'),
  revocation: text('holdfast/v1/revocation'),
} as const;

/** Says nothing of the key to whoever does not have it. */
export const commitmentOf = ({ sha256 }: Pick<Primitives, 'sha256'>, key: Uint8Array): Uint8Array =>
  sha256(COMMITMENT, key);

const bodyOf = (fields: Continuity): Uint8Array =>
  concat(
    Uint8Array.of(kinds.indexOf(fields.kind)),
    u32(fields.seq),
    fields.previous,
    fields.key,
    u64(fields.notBeforeMs),
    u64(fields.previousUntilMs),
    u64(fields.notAfterMs),
    fields.next,
  );

/**
 * By the key before and by the key itself.
 * @throws {RangeError} for what nobody would take.
 */
export function signContinuity(
  fields: Omit<Continuity, 'previous' | 'key'>,
  previous: SigningKey,
  key: SigningKey,
): ContinuityRecord {
  const whole = { ...fields, previous: previous.publicKey, key: key.publicKey };
  const body = bodyOf(whole);
  const domain = domains[fields.kind];
  const bytes = concat(
    body,
    previous.sign(concat(domain, BY_PREVIOUS, body)),
    key.sign(concat(domain, BY_KEY, body)),
  );
  const record = readContinuity(bytes);
  if (record === undefined) throw new RangeError('no record says that');
  return record;
}

/** Undefined if it is none; the signatures are not verified here. */
export function readContinuity(bytes: Uint8Array): ContinuityRecord | undefined {
  if (bytes.length !== CONTINUITY_BYTES) return undefined;
  const kind = kinds[bytes[0] ?? kinds.length];
  const notBeforeMs = readU64(bytes, 69);
  const previousUntilMs = readU64(bytes, 77);
  const notAfterMs = readU64(bytes, 85);
  if (kind === undefined || notBeforeMs === undefined) return undefined;
  if (previousUntilMs === undefined || notAfterMs === undefined) return undefined;
  const record = {
    ...{ kind, seq: readU32(bytes, 1), notBeforeMs, previousUntilMs, notAfterMs },
    previous: bytes.slice(5, 37),
    key: bytes.slice(37, 69),
    next: bytes.slice(93, BODY_BYTES),
    bytes: bytes.slice(),
  };
  return isSound(record) ? record : undefined;
}

function isSound(record: Continuity): boolean {
  const { kind, seq, previous, key, notBeforeMs, previousUntilMs, notAfterMs } = record;
  const isFirst = kind === 'inception';
  if (isFirst !== (seq === 0) || isFirst !== isSame(previous, key)) return false;
  if (!isIdentityKey(key) || !isIdentityKey(previous)) return false;
  const overlapMs = previousUntilMs - notBeforeMs;
  const overlapMsMax = kind === 'rotation' ? OVERLAP_MS_MAX : 0;
  return overlapMs >= 0 && overlapMs <= overlapMsMax && notAfterMs > notBeforeMs;
}

/** Whether both keys have signed it. */
export function isSigned({ verify }: Pick<Primitives, 'verify'>, record: ContinuityRecord) {
  const { kind, previous, key, bytes } = record;
  const body = bytes.subarray(0, BODY_BYTES);
  const byPrevious = bytes.subarray(BODY_BYTES, BODY_BYTES + SIGNATURE_BYTES);
  const byKey = bytes.subarray(BODY_BYTES + SIGNATURE_BYTES);
  return (
    verify(previous, concat(domains[kind], BY_PREVIOUS, body), byPrevious) &&
    verify(key, concat(domains[kind], BY_KEY, body), byKey)
  );
}

/** Of what is public: how long it takes tells nobody anything. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
