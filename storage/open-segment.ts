import { BlockWriter } from './block.ts';
import type { Workplace } from './place.ts';
import type { KvPut, KvStore, StoreOptions } from './ports.ts';
import type { Secret } from './secret.ts';
import { encodeSession, parseStoreKey, sessionKey, sessionKeys, sessionRange } from './session.ts';

/**
 * Blocks come in order and are never changed: to write them a second time is for nothing. At twice
 * the memory that would be spared wholly in a segment of 64 MiB.
 */
export const segmentStore: StoreOptions = { bufferBytes: 32 * 1024 * 1024 };

/** Where the log stands: how many records, and the chain after them. */
export interface Position {
  readonly size: number;
  readonly chain: Uint8Array;
}

/** Records in blocks, and where the log stands after them. */
export interface SealedRecords extends Position {
  readonly puts: readonly KvPut[];
  /** Their leaf hashes, in hex. */
  readonly leaves: readonly string[];
}

/** The segment that is being written. */
export class OpenSegment {
  readonly segment: number;
  readonly store: KvStore;
  readonly openedMs: number;
  /** Where its first record stands. */
  readonly origin: Position;
  /** Bytes of blocks in it, those from before it was opened included. */
  bytes: number;
  readonly #writer: BlockWriter;

  private constructor(
    segment: number,
    store: KvStore,
    opening: { readonly origin: Position; readonly openedMs: number; readonly bytes: number },
    writer: BlockWriter,
  ) {
    this.segment = segment;
    this.store = store;
    this.openedMs = opening.openedMs;
    this.origin = opening.origin;
    this.bytes = opening.bytes;
    this.#writer = writer;
  }

  /** Begins a session in a store, from where the log stands; `past` if it had sessions before. */
  static async begin(
    place: Workplace,
    store: KvStore,
    { segment, key }: { readonly segment: number; readonly key: Secret },
    from: Position,
    past?: { readonly origin: Position; readonly openedMs: number; readonly bytes: number },
  ): Promise<OpenSegment> {
    const { storeId } = place;
    const session = await countSessions(store);
    const salt = place.random(32);
    const keys = sessionKeys(key, storeId, segment, session, salt);
    const wallMs = Math.round(place.clock.wallMs());
    const header = { session, salt, wallMs, size: from.size, chain: from.chain };
    const value = encodeSession(header, segment, keys, storeId);
    await store.commit([{ key: sessionKey(session), value }]);
    const writer = new BlockWriter({ storeId, segment, session, keys });
    const opening = past ?? { origin: from, openedMs: wallMs, bytes: 0 };
    return new OpenSegment(segment, store, opening, writer);
  }

  /**
   * Makes blocks of records that come after `from`, for a commit to write.
   * @throws {StorageError} RECORD_TOO_LARGE; no block was made then.
   */
  seal(records: readonly Uint8Array[], from: Position): SealedRecords {
    return this.#writer.write(records, from.size, from.chain);
  }

  /** One durable commit. */
  async commit(puts: readonly KvPut[]): Promise<void> {
    await this.store.commit(puts);
    this.bytes += bytesOf(puts);
  }
}

const bytesOf = (puts: readonly KvPut[]): number =>
  puts.reduce((sum, { value }) => sum + value.length, 0);

async function countSessions(store: KvStore): Promise<number> {
  for await (const { key } of store.scan({ ...sessionRange, reverse: true, limit: 1 })) {
    const parsed = parseStoreKey(key);
    if (parsed?.kind === 'session') return parsed.number + 1;
  }
  return 0;
}
