import { openBlock, parseBlock } from './block.ts';
import { LEAF_BYTES, SALT_BYTES, saltsOf } from './leaves.ts';
import type { KvPut } from './ports.ts';
import type { Secret } from './secret.ts';
import {
  decodeSession,
  isSessionAuthentic,
  parseStoreKey,
  type SessionKeys,
  sessionKeys,
} from './session.ts';

export interface StoredRecord {
  readonly index: number;
  /** Index of the first record of its block. */
  readonly block: number;
  readonly record: Uint8Array;
  /** Its leaf hash, 32 bytes, and what blinds that, 16 bytes. */
  readonly leaf: Uint8Array;
  readonly salt: Uint8Array;
}

/** Indices from `from`, included, to `to`, excluded. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The records of all blocks that are authentic, in order, none twice. The key is used at once. */
export function openRecords(
  entries: readonly KvPut[],
  segment: number,
  key: Secret,
  storeId: Uint8Array,
  range: Range,
): Generator<StoredRecord> {
  const sessions = openSessions(entries, segment, key, storeId);
  return recordsIn(entries, segment, sessions, storeId, range);
}

function* recordsIn(
  entries: readonly KvPut[],
  segment: number,
  sessions: ReadonlyMap<number, SessionKeys>,
  storeId: Uint8Array,
  { from, to }: Range,
): Generator<StoredRecord> {
  let next = from;
  for (const { value } of entries) {
    const block = parseBlock(value);
    if (block === undefined || block.segment !== segment) continue;
    if (block.first + block.count <= next || block.first >= to) continue;
    const keys = sessions.get(block.session);
    const records = keys && openBlock(block, keys, storeId);
    if (keys === undefined || records === undefined) continue;
    const salts = saltsOf(keys.leaf, block);
    for (const [at, record] of records.entries()) {
      const index = block.first + at;
      if (index < next) continue;
      if (index >= to) return;
      const leaf = block.leaves.subarray(at * LEAF_BYTES, (at + 1) * LEAF_BYTES);
      const salt = salts.subarray(at * SALT_BYTES, (at + 1) * SALT_BYTES);
      yield { index, block: block.first, record, leaf, salt };
      next = index + 1;
    }
  }
}

function openSessions(
  entries: readonly KvPut[],
  segment: number,
  key: Secret,
  storeId: Uint8Array,
): ReadonlyMap<number, SessionKeys> {
  const sessions = new Map<number, SessionKeys>();
  for (const entry of entries) {
    const parsed = parseStoreKey(entry.key);
    const header = parsed?.kind === 'session' && decodeSession(entry.value, parsed.number);
    if (!header) continue;
    const { session, salt } = header;
    const keys = sessionKeys(key, storeId, segment, session, salt);
    if (isSessionAuthentic(header, segment, keys, storeId)) sessions.set(session, keys);
  }
  return sessions;
}
