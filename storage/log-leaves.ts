import { hex } from './bytes.ts';
import { entriesOfDoubt } from './entries.ts';
import { StorageError } from './faults.ts';
import { followLeaves, leafTrailOf, leavesOfTrail } from './leaf-trail.ts';
import { LEAF_BYTES } from './leaves.ts';
import type { Range } from './open-records.ts';
import type { Paper } from './paper.ts';
import type { Place } from './place.ts';
import { type Hole, isHole, type StoredRecord } from './read.ts';
import { readPaper, survey } from './survey.ts';

/** Reads what is in segments that have not ended. */
export type ReadRecords = (range: Range) => AsyncIterable<StoredRecord | Hole>;

/** So many are handed on at once. */
const LEAVES_PER_CHUNK = 1_024;

/**
 * The leaf hashes of records, in order, 32 bytes each. Of segments that have ended they are
 * vouched for by the chain on their papers, so that it takes no key of theirs, and shredded ones
 * have theirs still; of the others each block is opened.
 * @throws {StorageError} CORRUPT, naming the indices, where they cannot be had.
 */
export async function* leavesIn(
  place: Place,
  { from, to }: Range,
  read: ReadRecords,
): AsyncGenerator<Uint8Array> {
  let next = from;
  for (const { segment } of (await survey(place)).segments) {
    const paper = next < to ? await endOf(place, segment) : undefined;
    if (paper === undefined) break;
    if (paper.size <= next) continue;
    const end = Math.min(to, paper.size);
    const leaves = paper.first > next ? undefined : await leavesOf(place, paper);
    if (leaves === undefined) throw unreadable(next, end);
    while (next < end) {
      const last = Math.min(end, next + LEAVES_PER_CHUNK);
      const [start, stop] = [next - paper.first, last - paper.first];
      next = last;
      yield leaves.subarray(start * LEAF_BYTES, stop * LEAF_BYTES);
    }
  }
  if (next >= to) return;
  for await (const one of read({ from: next, to })) {
    if (isHole(one)) throw unreadable(one.from, one.to);
    yield one.leaf;
  }
}

/** The paper of the segment's end. */
async function endOf(place: Place, segment: number): Promise<Paper | undefined> {
  for (const kind of ['shred', 'doubt', 'note'] as const) {
    const paper = await readPaper(place, segment, kind);
    if (paper !== undefined) return paper;
  }
  return undefined;
}

/** Undefined unless they lead to where the paper says. */
async function leavesOf(place: Place, paper: Paper): Promise<Uint8Array | undefined> {
  const trail = await trailOf(place, paper);
  const chain = Buffer.from(paper.chainBefore, 'hex');
  const end = followLeaves(trail, { size: paper.first, chain });
  if (end?.size === paper.size && hex(end.chain) === paper.chainAfter) return leavesOfTrail(trail);
  if (paper.kind === 'shred') return undefined;
  // It may have been shredded just now.
  const shred = await readPaper(place, paper.segment, 'shred');
  return shred && (await leavesOf(place, shred));
}

async function trailOf(place: Place, { kind, segment }: Paper): Promise<Uint8Array> {
  const { files, layout, kv, rawReads } = place;
  if (kind === 'shred') return (await files.read(layout.leaves(segment))) ?? new Uint8Array();
  return await rawReads.take(async () => {
    if (kind === 'doubt') return leafTrailOf(await entriesOfDoubt(place, segment));
    return leafTrailOf(await kv.readRaw(layout.store(segment), { trusted: true }));
  });
}

function unreadable(from: number, to: number): StorageError {
  return new StorageError('CORRUPT', `the leaves of records ${from} to ${to - 1} cannot be read`);
}
