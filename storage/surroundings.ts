import type { Head } from './head.ts';
import type { KeyPage } from './key-page.ts';
import type { KeyPageCopy } from './key-pages.ts';
import type { Survey } from './survey.ts';
import type { Verification } from './verification.ts';

type Problem = Verification['problems'][number];

/** What is wrong with the head and the key page of a log that nobody has open. */
export function judgeSurroundings(
  found: Survey,
  page: KeyPage | undefined,
  copies: readonly KeyPageCopy[],
  hasBegun: boolean,
): Problem[] {
  const hasKeys = copies.some((copy) => copy !== 'absent');
  if (isNothing(found, page, hasKeys)) return [hasBegun ? logGone : unbegun];
  const problems = [headProblem(found), pageProblem(found, page, copies), ageProblem(found, page)];
  if (isHeadOld(found.head, page)) problems.push(oldHead);
  if (found.segments.length === 0 && !(hasKeys && found.head)) problems.push(logGone);
  return problems.filter((problem) => problem !== undefined);
}

/** An older head would let the end of the log pass for a torn tail. */
export const isHeadOld = (
  head: Head | undefined,
  page: Pick<KeyPage, 'headGeneration'> | undefined,
): boolean => head !== undefined && head.generation < (page?.headGeneration ?? 0);

/**
 * Of a segment with a note. The head names the next segment before a note is written; only a
 * recovery seals the last.
 */
export function isBeyondHead({ head, segments }: Survey, segment: number): boolean {
  if (head === undefined || segment < head.segment) return false;
  return segment > head.segment || !segments.some((each) => each.segment === segment + 1);
}

export const oldHead = {
  verdict: 'rolledBack',
  because: 'the head is older than the key page says',
} as const;

/** No key was ever given: if the log had not begun, nothing was written that could be missing. */
const isNothing = (
  { head, segments }: Survey,
  page: KeyPage | undefined,
  hasKeys: boolean,
): boolean => head === undefined && segments.length === 0 && (!hasKeys || page?.generation === 1);

const unbegun: Problem = {
  verdict: 'tornTail',
  because: 'the process ended before the log had begun',
};

const logGone: Problem = { verdict: 'rolledBack', because: 'the log is gone' };

function headProblem({ head, isHeadWhole }: Survey): Problem | undefined {
  if (head === undefined) {
    return { verdict: 'tampered', because: 'the head is missing or damaged' };
  }
  if (isHeadWhole) return undefined;
  const because = 'one of the two slots of the head is damaged';
  return { verdict: head.isClosed ? 'tampered' : 'tornTail', because };
}

function pageProblem(
  { head }: Survey,
  page: KeyPage | undefined,
  [a = 'absent', b = 'absent']: readonly KeyPageCopy[],
): Problem | undefined {
  if (page === undefined) {
    return { verdict: 'tampered', because: 'no copy of the key page is whole' };
  }
  if (a === 'whole' && b === 'whole') return undefined;
  const because = `of the copies of the key page, a is ${a} and b is ${b}`;
  if (a === 'unreadable' || b === 'unreadable') return { verdict: 'unverifiable', because };
  const isTorn = head?.isClosed === false && isLeftByCrash(a, b, page, head);
  return { verdict: isTorn ? 'tornTail' : 'tampered', because };
}

/** `b` is written before `a`, each change into both before the head names it. */
function isLeftByCrash(a: KeyPageCopy, b: KeyPageCopy, page: KeyPage, head: Head): boolean {
  if (b === 'damaged') return a === 'whole';
  const isBehind = a === 'older' || a === 'damaged';
  return b === 'whole' && isBehind && page.generation > head.keyGeneration;
}

function ageProblem({ head }: Survey, page: KeyPage | undefined): Problem | undefined {
  if (head === undefined || page === undefined) return undefined;
  if (head.keyGeneration > page.generation) {
    return { verdict: 'rolledBack', because: 'the key page is older than the head says' };
  }
  if (!head.isClosed || head.keyGeneration === page.generation) return undefined;
  const because = 'the key page is newer than the head says after a clean end';
  return { verdict: 'tampered', because };
}
