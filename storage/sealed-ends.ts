import { StorageError } from './faults.ts';
import type { KeyPages } from './key-pages.ts';
import type { Place, Workplace } from './place.ts';
import {
  beginSealing,
  formatSealingStart,
  isSameSealing,
  type Sealing,
  type SealingStart,
  type SegmentEnd,
  sealEnd,
} from './sealing.ts';
import { Secret } from './secret.ts';
import { readPaper } from './survey.ts';
import { type Verification, worst } from './verification.ts';

/** Where a segment ended, by the paper of its end; undefined if it has none. */
async function endOf(place: Place, segment: number): Promise<SegmentEnd | undefined> {
  const paper =
    (await readPaper(place, segment, 'note')) ?? (await readPaper(place, segment, 'doubt'));
  if (paper === undefined) return undefined;
  return { segment, size: paper.size, chain: Buffer.from(paper.chainAfter, 'hex') };
}

/** Seals what has ended since the last time, if there are seals; false if there was nothing. */
export async function sealEnds(place: Place, pages: KeyPages): Promise<boolean> {
  if (pages.sealing === undefined) return false;
  const moved = await movedOn(place, pages.sealing);
  if (moved === pages.sealing) return false;
  await pages.putSealing(moved);
  return true;
}

/** Seals the end of that segment and of those after it, from now on; what they began with. */
export async function beginSeals(place: Workplace, pages: KeyPages, segment: number) {
  const bytes = place.random(32);
  const start = formatSealingStart({ segment, key: Secret.of(bytes) }, place.storeId);
  await pages.putSealing(beginSealing({ segment, key: Secret.of(bytes) }));
  bytes.fill(0);
  return start;
}

/** The seals over all ends up to the first segment without one, or up to `before`. */
async function movedOn(place: Place, from: Sealing, before = Infinity): Promise<Sealing> {
  let sealing = from;
  while (sealing.next < before) {
    const end = await endOf(place, sealing.next);
    if (end === undefined) return sealing;
    const moved = sealEnd(sealing, place.storeId, end);
    if (sealing !== from) sealing.key.wipe();
    sealing = moved;
  }
  return sealing;
}

/**
 * What is to be said of a log that was verified, beside the start of its seals: what had ended when
 * they were made, nobody could change later, not even with all keys.
 * @param sealing of the key page
 * @throws {StorageError} UNPROVEN if the seals were begun anew since.
 */
export async function verifySealed(
  place: Place,
  found: Verification,
  start: SealingStart,
  sealing: Sealing | undefined,
): Promise<Verification> {
  if (sealing !== undefined && sealing.begun !== start.segment) {
    const message = `the seals were begun at segment ${sealing.begun}, not ${start.segment}`;
    throw new StorageError('UNPROVEN', message);
  }
  const because = await problemOf(place, start, sealing);
  if (because === undefined) return found;
  const problems = [...found.problems, { verdict: 'tampered', because } as const];
  return { ...found, verdict: worst([found.verdict, 'tampered']), problems };
}

async function problemOf(
  place: Place,
  start: SealingStart,
  sealing: Sealing | undefined,
): Promise<string | undefined> {
  if (sealing === undefined) return 'the key page has no seals, though they were begun';
  const again = await movedOn(place, beginSealing(start), sealing.next);
  if (isSameSealing(again, sealing)) return undefined;
  return `segments ${start.segment} to ${sealing.next - 1} did not end as they were sealed`;
}
