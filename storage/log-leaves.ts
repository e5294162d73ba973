import { hex, readU32, sha256 } from './bytes.ts';
import { StorageError } from './faults.ts';
import { LEAF_BYTES } from './leaves.ts';
import type { Place } from './place.ts';
import { type Hole, isHole, type StoredRecord } from './read.ts';
import { readPaper, survey } from './survey.ts';

/**
 * The leaf hashes of what was read of a log, in order: of a record its own, of what was shredded
 * those that are kept for good.
 * @throws {StorageError} CORRUPT, naming the indices, where there are neither.
 */
export async function* leavesIn(
  place: Place,
  reads: AsyncIterable<StoredRecord | Hole>,
): AsyncGenerator<Uint8Array> {
  for await (const read of reads) {
    if (isHole(read)) yield* leavesOfHole(place, read);
    else yield read.leaf;
  }
}

async function* leavesOfHole(place: Place, hole: Hole): AsyncGenerator<Uint8Array> {
  let next = hole.from;
  if (hole.because === 'shredded') {
    for (const { segment, has } of (await survey(place)).segments) {
      const paper = has.has('shred') ? await readPaper(place, segment, 'shred') : undefined;
      if (paper === undefined || paper.first > next || paper.size <= next) continue;
      const kept = await place.files.read(place.layout.leaves(segment));
      // Nobody may have changed them: their hash is in the paper.
      if (kept === undefined || hex(sha256(kept)) !== paper.leaves) break;
      const to = Math.min(hole.to, paper.size);
      yield* leavesKept(kept).slice(next - paper.first, to - paper.first);
      next = to;
    }
  }
  if (next === hole.to) return;
  const message = `the leaves of records ${next} to ${hole.to - 1} cannot be read`;
  throw new StorageError('CORRUPT', message);
}

/** What `.leaves` holds: of each block the number of its records, and their leaves. */
function leavesKept(kept: Uint8Array): readonly Uint8Array[] {
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < kept.length; ) {
    const end = at + 4 + readU32(kept, at) * LEAF_BYTES;
    for (at += 4; at < end; at += LEAF_BYTES) leaves.push(kept.slice(at, at + LEAF_BYTES));
  }
  return leaves;
}
