import { hex } from '../storage/bytes.ts';
import type { Log } from '../storage/log.ts';
import type { Place } from '../storage/place.ts';
import { isHole, readRecords } from '../storage/read.ts';

/** The leaf hashes, in hex, of records of a log that is open. */
export async function leavesOf(
  place: Place,
  log: Log,
  from: number,
  to: number,
): Promise<readonly string[]> {
  const leaves: string[] = [];
  for await (const read of readRecords(place, (n) => log.keyOf(n), { from, to }, log)) {
    if (!isHole(read)) leaves.push(hex(read.leaf));
  }
  return leaves;
}

export interface Newest {
  readonly records: readonly Uint8Array[];
  /** The index after the last of them that was shredded, or 0. */
  readonly shreddedTo: number;
}

/** The records of a log that is open, from an index on. */
export async function recordsFrom(place: Place, log: Log, from: number): Promise<Newest> {
  const records: Uint8Array[] = [];
  let shreddedTo = 0;
  for await (const read of readRecords(place, (n) => log.keyOf(n), { from }, log)) {
    if (!isHole(read)) records.push(read.record);
    else if (read.because === 'shredded') shreddedTo = read.to;
  }
  return { records, shreddedTo };
}
