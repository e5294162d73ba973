import { concat, isZero, readU32, readU64, sameBytes, text, u32, u64 } from './bytes.ts';
import { decodeHolds, encodeHolds, type Hold } from './holds.ts';
import { SEAL_BYTES, seal, unseal } from './seal.ts';
import { decodeSealing, encodeSealing, SEALING_BYTES, type Sealing } from './sealing.ts';
import { Secret } from './secret.ts';

/** The keys of the live segments, and what of them may not go. */
export interface KeyPage {
  /** Grows with each change, from 1. */
  readonly generation: number;
  /** A head so young was durable when the page was written; 0 before there was one. */
  readonly headGeneration: number;
  /** By the number of their segment, in the order of their slots. */
  readonly keys: ReadonlyMap<number, Secret>;
  /** In the order they were placed, each with a name of its own. */
  readonly holds: readonly Hold[];
  readonly sealing?: Sealing | undefined;
  /** Undefined as long as there was but one audit key, generation 0. */
  readonly auditKeys?: AuditKeys | undefined;
  /** The generation of the audit key, of segments whose slot has but a salt for it. */
  readonly derived?: ReadonlyMap<number, number> | undefined;
}

/** The generations of audit keys up to the present one, and the digest of their archive. */
export interface AuditKeys {
  readonly generation: number;
  readonly digest: Uint8Array;
}

export const KEY_SLOTS_MAX = 1_024;
export const KEY_FILE_BYTES = 65_536;

const MAGIC = concat(text('HFKEYS'), Uint8Array.of(0, 1));
const HEAD_BYTES = MAGIC.length + 8;
const SLOT_BYTES = 40;
const SLOTS_BYTES = KEY_SLOTS_MAX * SLOT_BYTES;
const HOLDS_AT = SLOTS_BYTES + 8;
const PAGE_BYTES = KEY_FILE_BYTES - HEAD_BYTES - SEAL_BYTES;
const SEALING_AT = PAGE_BYTES - SEALING_BYTES;
const AUDIT_KEYS_AT = SEALING_AT - 36;

/**
 * A whole file, sealed.
 * @throws {RangeError} if there are more than 1,024 keys or 256 holds, or one of them is none.
 */
export function encodeKeyPage(
  page: KeyPage,
  key: Secret,
  storeId: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  if (page.keys.size > KEY_SLOTS_MAX) {
    throw new RangeError(`keys must be at most ${KEY_SLOTS_MAX}, got ${page.keys.size}`);
  }
  const plain = new Uint8Array(PAGE_BYTES);
  let at = 0;
  for (const [segment, secret] of page.keys) {
    if (segment === 0) throw new RangeError('segment must be from 1 to 2^32 - 1, got 0');
    plain.set(concat(u32(segment), u32(page.derived?.get(segment) ?? 0)), at);
    secret.use((bytes) => plain.set(bytes, at + 8));
    at += SLOT_BYTES;
  }
  plain.set(u64(page.headGeneration), SLOTS_BYTES);
  plain.set(encodeHolds(page.holds), HOLDS_AT);
  const { generation, digest } = page.auditKeys ?? { generation: 0, digest: new Uint8Array(32) };
  plain.set(concat(u32(generation), digest), AUDIT_KEYS_AT);
  plain.set(encodeSealing(page.sealing), SEALING_AT);
  const head = concat(MAGIC, u64(page.generation));
  const sealed = seal(key, nonce, aadOf(storeId, head), plain);
  plain.fill(0);
  return concat(head, sealed);
}

/** Undefined if it is not, to the last byte, what was written. The caller wipes the keys. */
export function decodeKeyPage(
  bytes: Uint8Array,
  key: Secret,
  storeId: Uint8Array,
): KeyPage | undefined {
  const head = bytes.subarray(0, HEAD_BYTES);
  if (bytes.length !== KEY_FILE_BYTES) return undefined;
  if (!sameBytes(head.subarray(0, MAGIC.length), MAGIC)) return undefined;
  const generation = readU64(head, MAGIC.length);
  if (generation === undefined || generation === 0) return undefined;
  const plain = unseal(key, aadOf(storeId, head), bytes.subarray(HEAD_BYTES));
  if (plain === undefined) return undefined;
  const contents = contentsOf(plain);
  plain.fill(0);
  return contents && { generation, ...contents };
}

function contentsOf(plain: Uint8Array): Omit<KeyPage, 'generation'> | undefined {
  const headGeneration = readU64(plain, SLOTS_BYTES);
  const holds = decodeHolds(plain.subarray(HOLDS_AT, AUDIT_KEYS_AT));
  if (headGeneration === undefined || holds === undefined) return undefined;
  const auditKeys = auditKeysOf(plain.subarray(AUDIT_KEYS_AT, SEALING_AT));
  const slots = slotsOf(plain, auditKeys?.generation ?? 0);
  const sealing = decodeSealing(plain.subarray(SEALING_AT));
  if (sealing?.begun === 0) return undefined;
  const optional = { ...(sealing && { sealing }), ...(auditKeys && { auditKeys }) };
  return slots && { headGeneration, holds, ...slots, ...optional };
}

function auditKeysOf(bytes: Uint8Array): AuditKeys | undefined {
  if (isZero(bytes)) return undefined;
  return { generation: readU32(bytes, 0), digest: bytes.slice(4) };
}

function slotsOf(
  plain: Uint8Array,
  present: number,
): Pick<KeyPage, 'keys' | 'derived'> | undefined {
  const keys = new Map<number, Secret>();
  const derived = new Map<number, number>();
  // One view for all of them: most are free, and a page is read often.
  const view = new DataView(plain.buffer, plain.byteOffset, SLOTS_BYTES);
  for (let at = 0; at < SLOTS_BYTES; at += SLOT_BYTES) {
    const bytes = plain.subarray(at, at + SLOT_BYTES);
    const segment = view.getUint32(at);
    if (segment === 0 && isZero(bytes)) continue;
    const generation = view.getUint32(at + 4);
    if (segment === 0 || generation > present || keys.has(segment)) return wiped(keys);
    if (generation > 0) derived.set(segment, generation);
    keys.set(segment, Secret.of(bytes.subarray(8)));
  }
  return { keys, derived };
}

function wiped(keys: ReadonlyMap<number, Secret>): undefined {
  for (const secret of keys.values()) secret.wipe();
}

const aadOf = (storeId: Uint8Array, head: Uint8Array): Uint8Array =>
  concat(text('keys'), storeId, head);
