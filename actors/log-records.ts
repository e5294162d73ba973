import type { Log } from '../storage/log.ts';
import type { Place } from '../storage/place.ts';
import { isHole, readRecords } from '../storage/read.ts';

/** The leaf hashes of records of a log that is open, 32 bytes each. */
export async function leavesOf(
  place: Place,
  log: Log,
  from: number,
  to: number,
): Promise<Uint8Array> {
  const leaves: Uint8Array[] = [];
  for await (const read of readRecords(place, (n) => log.keyOf(n), { from, to }, log)) {
    if (!isHole(read)) leaves.push(read.leaf);
  }
  return Buffer.concat(leaves);
}

/** The newest records of a log that is open, `count` at most. */
export async function newestOf(
  place: Place,
  log: Log,
  count: number,
): Promise<readonly Uint8Array[]> {
  const records: Uint8Array[] = [];
  const from = Math.max(0, log.size - count);
  for await (const read of readRecords(place, (n) => log.keyOf(n), { from }, log)) {
    if (!isHole(read)) records.push(read.record);
  }
  return records;
}
