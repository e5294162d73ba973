import { type CipherGCM, createCipheriv, createDecipheriv } from 'node:crypto';
import { concat, hex, plain, readU32, readU64, sameBytes, text, u32, u64 } from './bytes.ts';
import { chainAfter } from './chain.ts';
import { StorageError } from './faults.ts';
import { BLOCK_BYTES_MAX, LEAF_BYTES, leavesOf, RECORDS_PER_BLOCK_MAX } from './leaves.ts';
import type { KvPut } from './ports.ts';
import { blockKey, type SessionKeys } from './session.ts';

export { BLOCK_BYTES_MAX, RECORDS_PER_BLOCK_MAX };
export const RECORD_BYTES_MAX = 65_519;

const MAGIC = concat(text('HFB'), Uint8Array.of(1));
const LABEL = text('block');
const GCM = { authTagLength: 16 };
const LENGTH_BYTES = 4;
/** The header without its tag; and whole. */
const TAG_AT = 68;
const HEADER_BYTES = 84;

const nonceOf = (counter: number): Uint8Array => concat(u32(0), u64(counter));

/** What a block says before it is opened. All bytes are parts of the value it was parsed from. */
export interface BlockView {
  readonly segment: number;
  readonly session: number;
  /** Blocks of the session before this one. */
  readonly counter: number;
  /** Index of its first record in the log. */
  readonly first: number;
  /** Of its records. */
  readonly count: number;
  readonly plainBytes: number;
  readonly chainBefore: Uint8Array;
  readonly tag: Uint8Array;
  /** Hashes of its records, 32 bytes each. */
  readonly leaves: Uint8Array;
  readonly cipher: Uint8Array;
  /** All that is before the tag. */
  readonly head: Uint8Array;
}

/** Undefined if it cannot be a block. Trap: nothing in it is authentic yet. */
export function parseBlock(value: Uint8Array): BlockView | undefined {
  if (value.length < HEADER_BYTES || !sameBytes(value.subarray(0, 4), MAGIC)) return undefined;
  const [counter, first] = [readU64(value, 12), readU64(value, 20)];
  const [count, plainBytes] = [readU32(value, 28), readU32(value, 32)];
  if (counter === undefined || first === undefined) return undefined;
  if (count < 1 || count > RECORDS_PER_BLOCK_MAX || plainBytes > BLOCK_BYTES_MAX) return undefined;
  const cipherAt = HEADER_BYTES + LEAF_BYTES * count;
  if (value.length !== cipherAt + plainBytes) return undefined;
  if (!Number.isSafeInteger(first + count)) return undefined;
  return {
    segment: readU32(value, 4),
    session: readU32(value, 8),
    counter,
    first,
    count,
    plainBytes,
    chainBefore: value.subarray(36, TAG_AT),
    tag: value.subarray(TAG_AT, HEADER_BYTES),
    leaves: value.subarray(HEADER_BYTES, cipherAt),
    cipher: value.subarray(cipherAt),
    head: value.subarray(0, TAG_AT),
  };
}

/** The plaintext; undefined if a byte of the block differs, or it was written elsewhere. */
function decrypt(view: BlockView, keys: SessionKeys, storeId: Uint8Array): Uint8Array | undefined {
  const nonce = nonceOf(view.counter);
  const decipher = keys.block.use((key) => createDecipheriv('aes-256-gcm', key, nonce, GCM));
  decipher.setAAD(concat(LABEL, storeId, view.head, view.leaves)).setAuthTag(view.tag);
  const plaintext = plain(decipher.update(view.cipher));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  const leaves = leavesOf(plaintext, keys.leaf, view);
  return leaves?.join('') === hex(view.leaves) ? plaintext : undefined;
}

/** Whether the block is authentic: its tag and each of its leaf hashes. */
export function canOpen(view: BlockView, keys: SessionKeys, storeId: Uint8Array): boolean {
  return decrypt(view, keys, storeId) !== undefined;
}

/** Its records, which share their memory; undefined if it is not authentic. */
export function openBlock(
  view: BlockView,
  keys: SessionKeys,
  storeId: Uint8Array,
): readonly Uint8Array[] | undefined {
  const plaintext = decrypt(view, keys, storeId);
  if (plaintext === undefined) return undefined;
  const records: Uint8Array[] = [];
  for (let at = 0; at < plaintext.length; ) {
    const from = at + LENGTH_BYTES;
    at = from + readU32(plaintext, at);
    records.push(plaintext.subarray(from, at));
  }
  return records;
}

export interface BlockPlace {
  readonly storeId: Uint8Array;
  readonly segment: number;
  readonly session: number;
  readonly keys: SessionKeys;
}

const scratch = new Uint8Array(BLOCK_BYTES_MAX);
const scratchView = new DataView(scratch.buffer);

/** The plaintext of a block, in memory that the next call overwrites. */
function joinRecords(records: readonly Uint8Array[]): Uint8Array {
  let at = 0;
  for (const record of records) {
    scratchView.setUint32(at, record.length);
    scratch.set(record, at + LENGTH_BYTES);
    at += LENGTH_BYTES + record.length;
  }
  return scratch.subarray(0, at);
}

/** How many of the records from `start` go into one block. */
function countFitting(records: readonly Uint8Array[], start: number): number {
  let bytes = 0;
  let count = 0;
  for (let record = records[start]; record !== undefined; record = records[start + count]) {
    bytes += LENGTH_BYTES + record.length;
    if (bytes > BLOCK_BYTES_MAX || count === RECORDS_PER_BLOCK_MAX) break;
    count += 1;
  }
  return count;
}

function checkRecords(records: readonly Uint8Array[]): void {
  for (const { length } of records) {
    if (length < 1) throw new RangeError('a record must have at least 1 byte, got 0');
    if (length <= RECORD_BYTES_MAX) continue;
    const message = `a record may have ${RECORD_BYTES_MAX} bytes, got ${length}`;
    throw new StorageError('RECORD_TOO_LARGE', message);
  }
}

/** Makes blocks of the records of a session. Trap: one writer for each, or its nonces repeat. */
export class BlockWriter {
  readonly #place: BlockPlace;
  #counter = 0;

  constructor(place: BlockPlace) {
    this.#place = place;
  }

  /**
   * As few blocks as hold the records in their order; the log has `first` records before, and ends
   * with `chain`. Returns their leaf hashes in hex, and the log's chain and size after them.
   * @throws {StorageError} RECORD_TOO_LARGE; no block was made then.
   * @throws {RangeError} if a record is empty.
   */
  write(
    records: readonly Uint8Array[],
    first: number,
    chain: Uint8Array,
  ): { puts: KvPut[]; leaves: readonly string[]; chain: Uint8Array; size: number } {
    checkRecords(records);
    const puts: KvPut[] = [];
    const leaves: string[] = [];
    let link = chain;
    let start = 0;
    while (start < records.length) {
      const count = countFitting(records, start);
      const part = records.slice(start, start + count);
      const block = this.#seal(part, first + start, link);
      puts.push({ key: blockKey(first + start), value: block.value });
      leaves.push(...block.hashes);
      link = chainAfter(link, first + start, count, block.leaves);
      start += count;
    }
    return { puts, leaves, chain: link, size: first + start };
  }

  #seal(records: readonly Uint8Array[], first: number, chain: Uint8Array) {
    const { storeId, segment, session, keys } = this.#place;
    const counter = this.#counter++;
    const count = records.length;
    const plaintext = joinRecords(records);
    const hashes = leavesOf(plaintext, keys.leaf, { first, counter, count });
    if (hashes === undefined) throw new TypeError('a record changed while it was written');
    const leaves = Buffer.from(hashes.join(''), 'hex');
    const place = concat(MAGIC, u32(segment), u32(session), u64(counter), u64(first));
    const head = concat(place, u32(count), u32(plaintext.length), chain);
    const nonce = nonceOf(counter);
    const cipher: CipherGCM = keys.block.use((key) =>
      createCipheriv('aes-256-gcm', key, nonce, GCM),
    );
    cipher.setAAD(concat(LABEL, storeId, head, leaves));
    const encrypted = cipher.update(plaintext);
    cipher.final();
    return { value: concat(head, cipher.getAuthTag(), leaves, encrypted), leaves, hashes };
  }
}
