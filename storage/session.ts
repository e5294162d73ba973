import { concat, readU32, readU64, sameBytes, text, u32, u64 } from './bytes.ts';
import { hkdf, mac } from './derivation.ts';
import { Secret } from './secret.ts';

const HEADER_BYTES = 112;
const SALT_BYTES = 32;
const KEY_LABEL = text('holdfast/v1/session');
const MAC_LABEL = text('session');
const LETTERS = { session: 0x73, block: 0x62 } as const;

/** Of one session; they live as long as the segment is open. */
export interface SessionKeys {
  readonly block: Secret;
  readonly leaf: Secret;
  readonly mac: Secret;
}

/** One opening of a segment for writing. */
export interface Session {
  /** Counts those of the segment, from 0. */
  readonly session: number;
  /** 32 random bytes. */
  readonly salt: Uint8Array;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  /** Of the log when it began; and the chain then. */
  readonly size: number;
  readonly chain: Uint8Array;
}

export function sessionKeys(
  segmentKey: Secret,
  storeId: Uint8Array,
  segment: number,
  session: number,
  salt: Uint8Array,
): SessionKeys {
  const info = concat(KEY_LABEL, storeId, u32(segment), u32(session));
  const bytes = hkdf(segmentKey, salt, info, 96);
  const keyAt = (at: number): Secret => Secret.of(bytes.subarray(at, at + 32));
  const keys = { block: keyAt(0), leaf: keyAt(32), mac: keyAt(64) };
  bytes.fill(0);
  return keys;
}

function encodeFields({ salt, wallMs, size, chain }: Session): Uint8Array {
  return concat(salt, u64(wallMs), u64(size), chain);
}

function macOf(session: Session, segment: number, keys: SessionKeys, storeId: Uint8Array) {
  const place = concat(u32(segment), u32(session.session));
  return mac(keys.mac, MAC_LABEL, storeId, place, encodeFields(session));
}

/** The session's header, 112 bytes. */
export function encodeSession(
  session: Session,
  segment: number,
  keys: SessionKeys,
  storeId: Uint8Array,
): Uint8Array {
  return concat(encodeFields(session), macOf(session, segment, keys, storeId));
}

/** Undefined if it cannot be a header. Trap: nothing in it is authentic yet. */
export function decodeSession(
  value: Uint8Array,
  session: number,
): (Session & { readonly mac: Uint8Array }) | undefined {
  if (value.length !== HEADER_BYTES) return undefined;
  const [wallMs, size] = [readU64(value, SALT_BYTES), readU64(value, 40)];
  if (wallMs === undefined || size === undefined) return undefined;
  const bytes = Uint8Array.from(value);
  const [salt, chain] = [bytes.slice(0, SALT_BYTES), bytes.slice(48, 80)];
  return { session, salt, wallMs, size, chain, mac: bytes.slice(80) };
}

export function isSessionAuthentic(
  session: Session & { readonly mac: Uint8Array },
  segment: number,
  keys: SessionKeys,
  storeId: Uint8Array,
): boolean {
  return sameBytes(macOf(session, segment, keys, storeId), session.mac);
}

/** The key of a session's header in the segment's LevelDB. */
export function sessionKey(session: number): Uint8Array {
  return concat(Uint8Array.of(LETTERS.session), u32(session));
}

/** The keys of all headers. */
export const sessionRange = { from: sessionKey(0), to: Uint8Array.of(LETTERS.session + 1) };

/** The key of the block whose first record has that index in the log. */
export function blockKey(first: number): Uint8Array {
  return concat(Uint8Array.of(LETTERS.block), u64(first));
}

/** Undefined if the segment's LevelDB cannot have such a key. */
export function parseStoreKey(
  key: Uint8Array,
): { readonly kind: 'session' | 'block'; readonly number: number } | undefined {
  if (key[0] === LETTERS.session && key.length === 5) {
    return { kind: 'session', number: readU32(key, 1) };
  }
  if (key[0] !== LETTERS.block || key.length !== 9) return undefined;
  const number = readU64(key, 1);
  return number === undefined ? undefined : { kind: 'block', number };
}
