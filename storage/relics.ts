import { destructionProblem } from './destruction.ts';
import type { KeyPage } from './key-page.ts';
import type { FoundKeys } from './key-pages.ts';
import type { SegmentNames } from './layout.ts';
import type { Place } from './place.ts';
import { isBeyondHead, judgeSurroundings } from './surroundings.ts';
import { readPaper, type Survey } from './survey.ts';
import type { Verification } from './verification.ts';

type Problem = Verification['problems'][number];

/**
 * All that is wrong beside the segments of a log that nobody has open. A verifier says it, and an
 * opening, which takes the traces away, says the same.
 */
export async function judgeAround(
  place: Place,
  found: Survey,
  { page, copies }: FoundKeys,
  hasBegun: boolean,
): Promise<Problem[]> {
  const relics = await relicsIn(place, found, page);
  return [...judgeSurroundings(found, page, copies, hasBegun), ...relics];
}

/** What lies in the directory of a log, cannot stay there, and is gone once the log was opened. */
export async function relicsIn(
  place: Place,
  found: Survey,
  page: KeyPage | undefined,
): Promise<Problem[]> {
  const relics: Problem[] = [];
  for (const names of found.segments) {
    const relic =
      (await relicOfShredding(place, found, names, page)) ??
      (await noteBeyond(place, found, names)) ??
      relicBeyond(found, names, page);
    if (relic === undefined) continue;
    relics.push({ ...relic, because: `segment ${names.segment}: ${relic.because}` });
  }
  return relics;
}

const undestroyed = 'it has a note of its destruction, and is not shredded';

async function relicOfShredding(
  place: Place,
  { head }: Survey,
  { segment, has }: SegmentNames,
  page: KeyPage | undefined,
): Promise<Problem | undefined> {
  const hasKey = page?.keys.has(segment) === true;
  if (!has.has('shred')) {
    if (has.has('destroyed') && hasKey) return { verdict: 'tampered', because: undestroyed };
    if (!has.has('leaves') || !hasKey) return undefined;
    const because = 'it has leaves, and is not shredded';
    return { verdict: head?.isClosed === false ? 'tornTail' : 'tampered', because };
  }
  const paper = await readPaper(place, segment, 'shred');
  // What is not authentic stays; what is under way is what a crash leaves.
  if (paper === undefined || (has.has('store') && head?.isClosed === false)) return undefined;
  if (has.has('store')) return { verdict: 'tampered', because: 'its store is there again' };
  if (page !== undefined && page.generation < paper.keyGeneration) {
    return { verdict: 'rolledBack', because: 'the key page is older than its shredding' };
  }
  if (hasKey) return { verdict: 'tampered', because: 'its key is there again' };
  // It was written before the store went.
  const problem = paper.destroyed ? await destructionProblem(place, paper) : undefined;
  return problem && { verdict: 'tampered', because: problem.because };
}

async function noteBeyond(
  place: Place,
  found: Survey,
  { segment, has }: SegmentNames,
): Promise<Problem | undefined> {
  if (!has.has('note') || !isBeyondHead(found, segment)) return undefined;
  if ((await readPaper(place, segment, 'note')) === undefined) return undefined;
  return { verdict: 'rolledBack', because: 'the head is older than its note' };
}

/** The log will come to these numbers, and write over what is there. */
function relicBeyond(
  { head }: Survey,
  { segment, has }: SegmentNames,
  page: KeyPage | undefined,
): Problem | undefined {
  if (head === undefined || segment <= head.segment) return undefined;
  if (head.isClosed) return { verdict: 'tampered', because: 'it was made after a clean end' };
  // The next one is made ahead of its time; or set apart, before the head could name another.
  const isNext = segment === head.segment + 1;
  const mayLie = [...has].every((kind) => kind === 'store' || kind === 'doubt');
  if (mayLie && (isNext || page?.keys.has(segment))) return undefined;
  return { verdict: 'tampered', because: 'it lies beyond the end' };
}
