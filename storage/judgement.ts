import { compareDigests, digestFiles } from './digests.ts';
import type { Examination } from './examination.ts';
import type { Head } from './head.ts';
import type { Place } from './place.ts';
import type { RawStore } from './ports.ts';
import { readPaper, type Survey } from './survey.ts';
import type { Verdict } from './verification.ts';

/** What is to be thought of a segment without a note. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly because?: string;
  /** True if LevelDB may open it: nothing would be lost or overwritten but a torn tail. */
  readonly mayOpen: boolean;
}

export interface Evidence {
  readonly segment: number;
  readonly raw: RawStore;
  readonly exam: Examination;
  /** The paper of a clean end lies there. */
  readonly isResting: boolean;
}

/**
 * Whether the segment has been there, with a session: the head names it only after that, a head
 * that was just begun aside.
 */
export const isNamed = (head: Head, segment: number): boolean =>
  segment === head.segment && head.generation > 1;

const sound: Judgement = { verdict: 'ok', mayOpen: true };

const doubt = (verdict: Verdict, because: string): Judgement => ({
  verdict,
  because,
  mayOpen: false,
});

/** The one line between loss and torn tail: the head. Recovery and verifier draw it here. */
export async function judge(
  place: Place,
  { head, isHeadWhole }: Pick<Survey, 'head' | 'isHeadWhole'>,
  evidence: Evidence,
): Promise<Judgement> {
  const { segment, raw, exam } = evidence;
  if (head === undefined) return doubt('tampered', 'the head is missing or damaged');
  if (segment < head.openFrom) return doubt('tampered', 'its paper is missing');
  const problem = problemOf(raw, exam);
  if (exam.sessions === 0) return doubt('tampered', problem ?? 'it has no session');
  if (head.isClosed) {
    if (segment !== head.segment) return doubt('tampered', 'it was made after a clean end');
    if (!isHeadWhole) return doubt('tampered', 'the head was changed after a clean end');
    return await judgeRest(place, head, evidence);
  }
  const ofHead = segment === head.segment ? judgeByHead(head, exam, problem) : undefined;
  if (ofHead !== undefined) return ofHead;
  if (problem !== undefined) return doubt('tampered', problem);
  if (segment > head.segment && exam.records > 0) {
    return doubt('tampered', 'it has records, and the head does not know it');
  }
  const [torn] = raw.damage;
  if (torn === undefined) return sound;
  return { verdict: 'tornTail', because: `${torn.file}: ${torn.what}`, mayOpen: true };
}

/** The first thing that is wrong, a torn tail aside. */
function problemOf(raw: RawStore, exam: Examination): string | undefined {
  const damage = raw.damage.find(({ isTornTail }) => !isTornTail);
  return exam.problems[0] ?? (damage && `${damage.file}: ${damage.what}`);
}

/** What the head has to say of the segment that it names; undefined if it is content. */
function judgeByHead(
  head: Head,
  exam: Examination,
  problem: string | undefined,
): Judgement | undefined {
  const isPromiseKept = exam.size >= head.size && exam.agreesWithHead === true;
  if (problem !== undefined) return doubt(isPromiseKept ? 'tornTail' : 'tampered', problem);
  if (exam.size < head.size) return doubt('rolledBack', missing(exam, head));
  return isPromiseKept ? undefined : doubt('tampered', 'its chain is not that of the head');
}

const missing = (exam: Examination, head: Head): string =>
  `records ${exam.size} to ${head.size - 1} are missing`;

/** After a clean end nothing may have changed, not even what LevelDB would put up with. */
async function judgeRest(
  place: Place,
  head: Head,
  { segment, exam, isResting }: Evidence,
): Promise<Judgement> {
  const rest = isResting ? await readPaper(place, segment, 'rest') : undefined;
  if (rest === undefined) {
    return doubt('tampered', 'the paper of its clean end is missing or not authentic');
  }
  const found = await digestFiles(place.files, place.layout.store(segment));
  const [change] = compareDigests(rest.files, found);
  if (change !== undefined) return doubt('tampered', `${change} since a clean end`);
  if (exam.size < head.size) return doubt('rolledBack', missing(exam, head));
  const isThatOfHead = exam.size === head.size && exam.agreesWithHead === true;
  return isThatOfHead ? sound : doubt('tampered', 'it does not end where the head says');
}
