import { concat, isZero, readU32, readU64, text, u32, u64 } from './bytes.ts';
import { StorageError } from './faults.ts';
import { NONCE_BYTES, type SealTools, seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';

/** In the order of their numbers. */
const states = ['next', 'present', 'overlapping', 'archived', 'destroyed'] as const;

export type KeyState = (typeof states)[number];

/** One identity key, from when it was committed to until it is destroyed. */
export interface RingKey {
  readonly state: KeyState;
  readonly seq: number;
  /** Since when it has that state: milliseconds since 1970. */
  readonly sinceMs: number;
  /** Undefined if it is derived, as the first one is, or destroyed. */
  readonly seed: Secret | undefined;
  /** 253 bytes, of SPEC section 9; zeros for the next one. */
  readonly record: Uint8Array;
}

export interface KeyRing {
  /** Of the file: 1 more each time that it is written. */
  readonly generation: number;
  /** In order; just one is the present one, and the one after it the next. */
  readonly keys: readonly RingKey[];
}

/** Of a ring that was begun. Whatever follows the first key is of one above the next. */
export const RING_BEGUN = 1;
export const RING_RECORD_BYTES = 253;
export const RING_KEYS_MAX = 64;

const NAME = text('HFRING');
const VERSION = 1;
const HEAD_BYTES = 16;
const LABEL = text('ring');
const IDENTITY = 1;
const RECORD_AT = 46;
const KEY_BYTES = RECORD_AT + RING_RECORD_BYTES;

type RingTools = Pick<SealTools, 'key' | 'storeId'>;

/** Trap: the caller wipes the seeds, not the bytes, which are sealed. */
export function encodeRing({ random, ...tools }: SealTools, ring: KeyRing): Uint8Array {
  if (ring.keys.length > RING_KEYS_MAX) {
    throw new StorageError('KEY_PAGE_FULL', `a key ring has at most ${RING_KEYS_MAX} keys`);
  }
  const head = concat(NAME, Uint8Array.of(0, VERSION), u64(ring.generation));
  const plain = concat(...ring.keys.map((key) => keyBytes(key)));
  const sealed = seal(tools.key, random(NONCE_BYTES), aadOf(tools, head), plain);
  plain.fill(0);
  return concat(head, sealed);
}

const aadOf = ({ storeId }: RingTools, head: Uint8Array): Uint8Array =>
  concat(LABEL, storeId, head);

function keyBytes({ state, seq, sinceMs, seed, record }: RingKey): Uint8Array {
  const bytes = new Uint8Array(KEY_BYTES);
  bytes.set([IDENTITY, states.indexOf(state)]);
  bytes.set(u32(seq), 2);
  bytes.set(u64(sinceMs), 6);
  seed?.use((lent) => bytes.set(lent, 14));
  bytes.set(record, RECORD_AT);
  return bytes;
}

/**
 * The caller wipes the seeds.
 * @throws {StorageError} NEWER_VERSION; CORRUPT for bytes that are not what was written.
 */
export function decodeRing(tools: RingTools, bytes: Uint8Array): KeyRing {
  const head = bytes.subarray(0, HEAD_BYTES);
  const isOurs =
    bytes.length > HEAD_BYTES && head[6] === 0 && Buffer.compare(head.subarray(0, 6), NAME) === 0;
  if (!isOurs) throw damaged();
  if ((head[7] ?? 0) > VERSION) {
    throw new StorageError('NEWER_VERSION', 'the key ring is of a newer version');
  }
  const generation = readU64(head, 8);
  const plain = unseal(tools.key, aadOf(tools, head), bytes.subarray(HEAD_BYTES));
  if (plain === undefined || generation === undefined) throw damaged();
  const keys: RingKey[] = [];
  for (let at = 0; at < plain.length; at += KEY_BYTES) keys.push(keyFrom(plain, at));
  plain.fill(0);
  if (!isRing(keys)) throw damaged();
  return { generation, keys };
}

const damaged = (): StorageError => new StorageError('CORRUPT', 'the key ring is damaged');

function keyFrom(plain: Uint8Array, at: number): RingKey {
  const bytes = plain.subarray(at, at + KEY_BYTES);
  const state = states[bytes[1] ?? states.length];
  if (bytes.length !== KEY_BYTES || bytes[0] !== IDENTITY || state === undefined) throw damaged();
  const sinceMs = readU64(bytes, 6);
  if (sinceMs === undefined) throw damaged();
  const seed = bytes.subarray(14, RECORD_AT);
  return {
    ...{ state, seq: readU32(bytes, 2), sinceMs },
    seed: isZero(seed) ? undefined : Secret.of(seed),
    record: bytes.slice(RECORD_AT),
  };
}

function isRing(keys: readonly RingKey[]): boolean {
  const isInOrder = keys.every(({ seq }, at) => seq === (keys[0]?.seq ?? 0) + at);
  const last = keys.slice(-2).map(({ state }) => state);
  const others = keys.slice(0, -2);
  return (
    isInOrder &&
    last.join() === 'present,next' &&
    others.every(({ state }) => state !== 'present' && state !== 'next')
  );
}

/** Overwrites the seeds with zeros. */
export function wipeRing({ keys }: KeyRing): void {
  for (const { seed } of keys) seed?.wipe();
}
