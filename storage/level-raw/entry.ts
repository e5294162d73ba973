/** One write of a key, as a table or a write-ahead log holds it. */
export interface Entry {
  readonly key: Uint8Array;
  /** Undefined if the key was deleted. */
  readonly value: Uint8Array | undefined;
  /** Grows by one with every write to the store. */
  readonly sequence: number;
}

/** Says what is wrong with a file, and at which byte. */
export type Report = (offset: number, what: string, isTornTail?: boolean) => void;

/** What follows a key in a table: its sequence number, and whether it is a value or a deletion. */
export const TAG_BYTES = 8;

/** The tag in the last 8 bytes before `end`; undefined if it is none. */
export function tagBefore(bytes: Uint8Array, end: number) {
  const at = end - TAG_BYTES;
  const kind = bytes[at] ?? 2;
  if (at < 0 || kind > 1) return undefined;
  let sequence = 0;
  for (let place = TAG_BYTES - 1; place > 0; place--) {
    sequence = sequence * 256 + (bytes[at + place] ?? 0);
  }
  return sequence <= Number.MAX_SAFE_INTEGER ? { sequence, isDeletion: kind === 0 } : undefined;
}

/** Below zero if `a` comes first. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** In the order of tables: by key, of one key the newest first. */
export const compareEntries = (a: Entry, b: Entry): number =>
  compareKeys(a.key, b.key) || b.sequence - a.sequence;

/** The newest value of every key that was not deleted, in the order of the keys. */
export function newestOf(entries: Entry[]): { key: Uint8Array; value: Uint8Array }[] {
  entries.sort(compareEntries);
  const live: { key: Uint8Array; value: Uint8Array }[] = [];
  let last: Uint8Array | undefined;
  for (const { key, value } of entries) {
    if (last !== undefined && compareKeys(last, key) === 0) continue;
    last = key;
    if (value !== undefined) live.push({ key, value });
  }
  return live;
}
