import { Cursor } from './cursor.ts';
import type { Entry } from './entry.ts';

/** What one record of a write-ahead log holds: writes whose sequence numbers follow each other. */
export interface WriteBatch {
  readonly sequence: number;
  /** The sequence number of whatever is written next. */
  readonly next: number;
  readonly entries: readonly Entry[];
}

/** The batch; undefined if the bytes are none, to the last of them. */
export function writeBatchOf(payload: Uint8Array): WriteBatch | undefined {
  const cursor = new Cursor(payload);
  const sequence = cursor.uint64();
  const count = cursor.uint32();
  const entries: Entry[] = [];
  while (cursor.hasMore) {
    const kind = cursor.byte();
    const key = cursor.string();
    const value = kind === 1 ? cursor.string() : undefined;
    if (kind > 1 || cursor.isBroken) return undefined;
    entries.push({ key, value, sequence: sequence + entries.length });
  }
  if (cursor.isBroken || entries.length !== count) return undefined;
  return { sequence, next: sequence + count, entries };
}
