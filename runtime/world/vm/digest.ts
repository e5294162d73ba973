import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { openPlainFile } from './plain-file.ts';

const CHUNK_BYTES = 1_048_576;

/** SHA-256, in hex. */
export const digestOf = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

export async function digestOfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const file = (await openPlainFile(path)).createReadStream({ highWaterMark: CHUNK_BYTES });
  await (signal === undefined ? pipeline(file, hash) : pipeline(file, hash, { signal }));
  return hash.digest('hex');
}

/** It stays open, and is read from where it was. */
export async function digestOfOpened(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(
    file.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES }),
    hash,
  );
  return hash.digest('hex');
}

/** For as long as this is the same, so is the digest. Trap: mtime can be put back, ctime cannot. */
export const identityOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
