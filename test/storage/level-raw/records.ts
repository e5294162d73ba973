import { maskedCrc32c } from '../../../storage/level-raw/crc32c.ts';

const BLOCK = 32 * 1024;
const HEADER = 7;

/** Bytes and numbers of one byte, one behind the other. */
export const bytesFrom = (...parts: readonly (number | Uint8Array)[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part))),
  );

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

export const string = (bytes: Uint8Array): Uint8Array => bytesFrom(varint(bytes.length), bytes);

export function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** One fragment, as it stands in a log: checksum, length, kind, payload. */
export function fragment(kind: number, payload: Uint8Array): Uint8Array {
  const checked = bytesFrom(kind, payload);
  const checksum = uint32(maskedCrc32c(checked, 0, checked.length));
  return bytesFrom(checksum, uint32(payload.length).subarray(0, 2), checked);
}

/** A log of whole records, as LevelDB lays it out. */
export function logOf(...payloads: readonly Uint8Array[]): Uint8Array {
  let log = new Uint8Array();
  for (const payload of payloads) {
    let left = payload;
    for (let isFirst = true; isFirst || left.length > 0; isFirst = false) {
      const room = BLOCK - (log.length % BLOCK);
      if (room < HEADER) log = bytesFrom(log, new Uint8Array(room)) as Uint8Array<ArrayBuffer>;
      const space = BLOCK - (log.length % BLOCK) - HEADER;
      const part = left.subarray(0, space);
      left = left.subarray(space);
      const isLast = left.length === 0;
      const kind = isFirst ? (isLast ? 1 : 2) : isLast ? 4 : 3;
      log = bytesFrom(log, fragment(kind, part)) as Uint8Array<ArrayBuffer>;
    }
  }
  return log;
}

/** A batch of puts, `key` to `value`, or deletions where there is no value. */
export const batchOf = (
  sequence: number,
  ...writes: readonly (readonly [key: string, value?: string])[]
): Uint8Array =>
  bytesFrom(
    uint64(sequence),
    uint32(writes.length),
    ...writes.map(([key, value]) =>
      value === undefined
        ? bytesFrom(0, string(Buffer.from(key)))
        : bytesFrom(1, string(Buffer.from(key)), string(Buffer.from(value))),
    ),
  );
