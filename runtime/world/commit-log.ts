import { crc32 } from 'node:zlib';
import type { Damage, KvPut } from '../../storage/ports.ts';

/** Live entries, by their keys as latin1, which sorts as bytes do. */
export type LiveEntries = Map<string, KvPut>;

export interface Decoded {
  readonly live: LiveEntries;
  readonly damage: readonly Damage[];
}

const HEADER = Buffer.from('simkv 1\n');

/** Length of the body, checksum of that length, checksum of the body; each a u32, big-endian. */
const HEAD_BYTES = 12;

const DELETE = 0;
const PUT = 1;

export const nameOf = (key: Uint8Array): string => bufferOf(key).toString('latin1');

export function sorted(live: LiveEntries): KvPut[] {
  return [...live].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** The bytes of one commit. */
export function encodeCommit(puts: readonly KvPut[], deletes: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat([
    ...puts.flatMap(({ key, value }) => {
      return [Uint8Array.of(PUT), word(key.length), key, word(value.length), value];
    }),
    ...deletes.flatMap((key) => [Uint8Array.of(DELETE), word(key.length), key]),
  ]);
  const length = word(body.length);
  return Buffer.concat([length, word(crc32(length)), word(crc32(body)), body]);
}

/** The bytes of a store that holds `live`, and nothing of what it once held. */
export function encodeStore(live: LiveEntries): Uint8Array {
  return live.size === 0 ? HEADER : Buffer.concat([HEADER, encodeCommit(sorted(live), [])]);
}

export const hasHeader = (bytes: Uint8Array): boolean =>
  HEADER.equals(bytes.subarray(0, HEADER.length));

/** All that can be read of a store, past what is damaged in its `file`. */
export function decodeStore(bytes: Uint8Array, file: string, isTrusted = false): Decoded {
  const live: LiveEntries = new Map();
  const damage: Damage[] = [];
  const log = bufferOf(bytes);
  if (!hasHeader(log)) {
    damage.push({ file, offset: 0, what: 'the header is not that of a store', isTornTail: false });
  }
  for (let at = HEADER.length; at < log.length; ) {
    const { end, what, isTornTail = false } = look(log, at, isTrusted);
    if (what === undefined) applyCommit(live, log.subarray(at, end));
    else damage.push({ file, offset: at, what, isTornTail });
    at = end;
  }
  return { live, damage };
}

/** What a commit does to `live`. */
export function applyCommit(live: LiveEntries, commit: Uint8Array): void {
  for (const [key, value] of changesOf(bufferOf(commit)) ?? []) {
    if (value === undefined) live.delete(nameOf(key));
    else live.set(nameOf(key), { key, value });
  }
}

interface Look {
  /** Of the commit, or of what is damaged. */
  readonly end: number;
  readonly what?: string;
  readonly isTornTail?: boolean;
}

function look(log: Buffer, at: number, isTrusted: boolean): Look {
  const torn = { end: log.length, what: 'the last commit is cut off', isTornTail: true };
  if (at + HEAD_BYTES > log.length) return torn;
  if (!isTrusted && !isHeadSound(log, at)) {
    return { end: nextCommit(log, at + 1), what: 'the head of a commit is damaged' };
  }
  const end = endOf(log, at);
  if (end > log.length) return torn;
  if (!isTrusted && !isBodySound(log, at)) return { end, what: 'the body of a commit is damaged' };
  if (changesOf(log.subarray(at, end))) return { end };
  return { end, what: 'a commit makes no sense' };
}

const endOf = (log: Buffer, at: number): number => at + HEAD_BYTES + log.readUInt32BE(at);

const isHeadSound = (log: Buffer, at: number): boolean =>
  crc32(log.subarray(at, at + 4)) === log.readUInt32BE(at + 4);

const isBodySound = (log: Buffer, at: number): boolean =>
  crc32(log.subarray(at + HEAD_BYTES, endOf(log, at))) === log.readUInt32BE(at + 8);

/** Where the next good commit begins, or the end. */
function nextCommit(log: Buffer, from: number): number {
  for (let at = from; at + HEAD_BYTES <= log.length; at++) {
    if (isHeadSound(log, at) && endOf(log, at) <= log.length && isBodySound(log, at)) return at;
  }
  return log.length;
}

/** The keys that a commit puts or, without a value, deletes; undefined if it cannot be read. */
function changesOf(commit: Buffer): (readonly [Uint8Array, Uint8Array?])[] | undefined {
  const changes: (readonly [Uint8Array, Uint8Array?])[] = [];
  let at = HEAD_BYTES;
  const take = (): Uint8Array => {
    const from = at + 4;
    at = from + commit.readUInt32BE(at);
    if (at > commit.length) throw new RangeError('beyond the end');
    return new Uint8Array(commit.subarray(from, at));
  };
  try {
    while (at < commit.length) {
      const isPut = commit[at++] === PUT;
      changes.push(isPut ? [take(), take()] : [take()]);
    }
  } catch {
    return undefined;
  }
  return changes;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
