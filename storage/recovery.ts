import { sameBytes } from './bytes.ts';
import { chainStart } from './chain.ts';
import { missingKey } from './derived-keys.ts';
import { type Examination, examine } from './examination.ts';
import type { Head } from './head.ts';
import { isNamed, type Judgement, judge } from './judgement.ts';
import type { KeyPages } from './key-pages.ts';
import type { SegmentNames } from './layout.ts';
import type { Position } from './open-segment.ts';
import { type Span, writeDigests } from './papers.ts';
import type { Workplace } from './place.ts';
import type { RawStore } from './ports.ts';
import { type Doubt, quarantine } from './quarantine.ts';
import { finishShredding } from './shredding.ts';
import { isHeadOld, oldHead } from './surroundings.ts';
import { readPaper, type Survey } from './survey.ts';
import type { Verdict } from './verification.ts';

/** What opening a log came upon, for whoever wants to record it. */
export type Finding =
  | { readonly kind: 'tornTail'; readonly segment: number }
  | { readonly kind: 'sealed'; readonly segment: number }
  | { readonly kind: 'shredded'; readonly segment: number }
  | { readonly kind: 'mended'; readonly verdict: Verdict; readonly because: string }
  | {
      readonly kind: 'quarantined';
      readonly segment: number;
      readonly because: string;
      readonly lost: number;
    };

/** Where the log goes on: in the segment that was active, or in a new one. */
export interface Resumption {
  readonly position: Position;
  readonly segment: number;
  /** Undefined if the segment is still to be made. */
  readonly past?: { readonly origin: Position; readonly openedMs: number; readonly bytes: number };
  readonly findings: readonly Finding[];
}

const oldPage: Doubt = { verdict: 'rolledBack', because: 'the key page is older than the head' };
const gone: Doubt = { verdict: 'rolledBack', because: 'the segment is gone' };
const headless: Doubt = { verdict: 'tampered', because: 'the head is missing or damaged' };
const misled: Doubt = {
  verdict: 'tampered',
  because: 'the next segment does not begin where it ends',
};

/** A segment that is neither sealed nor set apart. */
interface Candidate {
  readonly segment: number;
  readonly isResting: boolean;
  readonly raw: RawStore;
  /** Undefined if its key is missing. */
  readonly exam: Examination | undefined;
}

/** Decides what becomes of each segment that is neither sealed nor set apart. Opens none. */
export async function recover(
  place: Workplace,
  pages: KeyPages,
  found: Survey,
): Promise<Resumption> {
  const segments = await withinReach(place, pages, found);
  const recovery = new Recovery(place, pages, { ...found, segments });
  await recovery.finishShreddings();
  return await recovery.decide();
}

/** What a shredding leaves, at whichever step it was interrupted. */
const traces = ['leaves', 'shred', 'destroyed'] as const;

const hasEnded = (has: SegmentNames['has']): boolean =>
  has.has('note') || has.has('shred') || has.has('doubt');

const originOf = (exam: Examination): Position => ({ size: exam.first, chain: exam.chainBefore });

/**
 * Names are no proof: what lies far beyond the head is left alone, and its numbers are free; unless
 * a key or a paper says that the head is older than it, or the log would go on there.
 */
async function withinReach(
  place: Workplace,
  pages: KeyPages,
  { head, segments }: Survey,
): Promise<readonly SegmentNames[]> {
  const reached: SegmentNames[] = [];
  let last = head?.segment ?? Number.POSITIVE_INFINITY;
  for (const names of segments) {
    const { segment } = names;
    const isNext = segment <= last + 1;
    if (isNext || pages.keyOf(segment) !== undefined || (await paperOf(place, segment))) {
      reached.push(names);
      last = Math.max(last, segment);
    }
  }
  return reached;
}

class Recovery {
  readonly #place: Workplace;
  readonly #pages: KeyPages;
  readonly #survey: Survey;
  readonly #head: Head | undefined;
  /** As it was found: a key that is dropped again makes it younger. */
  readonly #isPageOld: boolean;
  readonly #isHeadOld: boolean;
  readonly #findings: Finding[] = [];
  readonly #taken: Set<number>;
  readonly #candidates: Candidate[] = [];

  constructor(place: Workplace, pages: KeyPages, survey: Survey) {
    this.#place = place;
    this.#pages = pages;
    this.#survey = survey;
    this.#head = survey.head;
    this.#isPageOld = (survey.head?.keyGeneration ?? 0) > pages.generation;
    this.#isHeadOld = isHeadOld(survey.head, pages);
    this.#taken = new Set(survey.segments.map(({ segment }) => segment));
  }

  /** A crash may lie between the paper that orders it and the loss of the store. */
  async finishShreddings(): Promise<void> {
    for (const names of this.#survey.segments) {
      if (!traces.some((trace) => names.has.has(trace))) continue;
      if (await finishShredding(this.#place, this.#pages, names)) {
        this.#findings.push({ kind: 'shredded', segment: names.segment });
      }
    }
  }

  async decide(): Promise<Resumption> {
    for (const names of this.#survey.segments) {
      if (names.has.has('store') && !hasEnded(names.has)) await this.#examine(names);
    }
    for (const candidate of this.#candidates) {
      const resumption = await this.#decideOne(candidate);
      if (resumption !== undefined) return resumption;
    }
    const { size, chain } = await this.#endWithoutResumption();
    const position = { size, chain };
    return { position, segment: Math.max(0, ...this.#taken) + 1, findings: this.#findings };
  }

  /** One that was made ahead of its time is gone afterwards. */
  async #examine({ segment, has }: SegmentNames): Promise<void> {
    const key = this.#pages.keyOf(segment);
    const raw = await this.#place.kv.readRaw(this.#place.layout.store(segment));
    if (raw.entries.length === 0 && (await this.#isUnused(segment))) {
      await this.#discard(segment);
      return;
    }
    const exam = key && examine(raw, segment, key, this.#place.storeId, this.#head);
    this.#candidates.push({ segment, isResting: has.has('rest'), raw, exam });
  }

  /** Made, but not yet written into when the process ended: the head promises nothing of it. */
  async #isUnused(segment: number): Promise<boolean> {
    const head = this.#head;
    if (head === undefined || segment < head.segment || isNamed(head, segment)) return false;
    return segment > head.segment || head.size <= (await this.#endBefore(segment)).size;
  }

  async #discard(segment: number): Promise<void> {
    await this.#place.kv.destroy(this.#place.layout.store(segment));
    await this.#place.files.remove(this.#place.layout.store(segment));
    await this.#pages.drop(segment);
    this.#taken.delete(segment);
  }

  /** Where the log goes on, if that is here. */
  async #decideOne(candidate: Candidate): Promise<Resumption | undefined> {
    const { segment, exam } = candidate;
    const next = await this.#originAfter(segment);
    const judged = await this.#judge(candidate, next);
    if (exam === undefined || !judged.mayOpen) {
      await this.#setApart(candidate, judged, next);
      return undefined;
    }
    const [position, origin] = [{ size: exam.size, chain: exam.chain }, originOf(exam)];
    const { openedMs, bytes } = exam;
    if (candidate !== this.#candidates.at(-1) || segment < (this.#head?.segment ?? 0)) {
      await writeDigests(this.#place, 'note', { segment, origin, end: position, openedMs });
      this.#findings.push({ kind: 'sealed', segment });
      return undefined;
    }
    if (judged.verdict === 'tornTail') this.#findings.push({ kind: 'tornTail', segment });
    return { position, segment, past: { origin, openedMs, bytes }, findings: this.#findings };
  }

  async #judge(candidate: Candidate, next: Position | undefined): Promise<Judgement> {
    const { raw, exam, segment, isResting } = candidate;
    const old = this.#isPageOld ? oldPage : this.#isHeadOld ? oldHead : undefined;
    const because = missingKey(this.#pages.generationOf(segment));
    if (exam === undefined) return { verdict: 'unverifiable', because, ...old, mayOpen: false };
    const judged = await judge(this.#place, this.#survey, { segment, raw, exam, isResting });
    if (old !== undefined && judged.verdict !== 'tampered') return { ...old, mayOpen: false };
    const leadsOn =
      next === undefined || (next.size === exam.size && sameBytes(next.chain, exam.chain));
    return judged.mayOpen && !leadsOn ? { ...misled, mayOpen: false } : judged;
  }

  /** The log goes on where the next segment begins; without one, beyond all that is known. */
  async #setApart(
    { segment, exam }: Candidate,
    doubt: Doubt,
    next: Position | undefined,
  ): Promise<void> {
    const known = exam !== undefined && exam.sessions > 0 ? exam : undefined;
    const origin = known ? originOf(known) : await this.#endBefore(segment);
    const end = farthest(origin, next ?? farthest(known?.reach, this.#head));
    const span = { segment, origin, end, openedMs: known?.openedMs ?? 0 };
    await this.#quarantine(span, doubt, exam?.records ?? 0);
  }

  async #quarantine(span: Span, doubt: Doubt, records: number): Promise<void> {
    const lost = await quarantine(this.#place, span, doubt, records);
    const { segment } = span;
    this.#taken.add(segment);
    this.#findings.push({ kind: 'quarantined', segment, because: doubt.because ?? '', lost });
  }

  /** The log goes on in a new segment; a head, or a segment that is gone, leaves a paper. */
  async #endWithoutResumption(): Promise<Position> {
    const head = this.#head;
    const origin = await this.#endBefore(Number.POSITIVE_INFINITY);
    const end = farthest(origin, head);
    if (head !== undefined && !this.#isThere(head.segment) && isMissed(head, origin)) {
      await this.#quarantine({ segment: head.segment, origin, end, openedMs: 0 }, gone, 0);
    } else if (head === undefined && this.#candidates.length === 0) {
      const numbers = [...this.#taken, ...this.#pages.segments()];
      const newest = Math.max(1, ...numbers);
      const segment = this.#taken.has(newest) ? newest + 1 : newest;
      await this.#quarantine({ segment, origin, end, openedMs: 0 }, headless, 0);
    }
    return end;
  }

  /** With its store or a paper of its end: the paper of its rest alone leaves nothing behind. */
  #isThere(segment: number): boolean {
    const found = this.#survey.segments.find((each) => each.segment === segment);
    return found !== undefined && (found.has.has('store') || hasEnded(found.has));
  }

  /** Where the last segment below `segment` ends of which that is known. */
  async #endBefore(segment: number): Promise<Position> {
    for (const names of this.#survey.segments.toReversed()) {
      if (names.segment >= segment) continue;
      const paper = await paperOf(this.#place, names.segment);
      if (paper) return { size: paper.size, chain: Buffer.from(paper.chainAfter, 'hex') };
      const exam = await this.#examinationOf(names);
      if (exam !== undefined && exam.sessions > 0) return exam.reach;
    }
    return { size: 0, chain: chainStart(this.#place.storeId) };
  }

  /** Where the first segment above `segment` begins of which that is known. */
  async #originAfter(segment: number): Promise<Position | undefined> {
    for (const names of this.#survey.segments) {
      if (names.segment <= segment || !this.#taken.has(names.segment)) continue;
      const paper = await paperOf(this.#place, names.segment);
      if (paper) return { size: paper.first, chain: Buffer.from(paper.chainBefore, 'hex') };
      const exam = await this.#examinationOf(names);
      if (exam !== undefined && exam.sessions > 0) return originOf(exam);
    }
    return undefined;
  }

  async #examinationOf({ segment, has }: SegmentNames): Promise<Examination | undefined> {
    const candidate = this.#candidates.find((each) => each.segment === segment);
    const key = this.#pages.keyOf(segment);
    if (candidate !== undefined || key === undefined || !has.has('store')) return candidate?.exam;
    const raw = await this.#place.kv.readRaw(this.#place.layout.store(segment));
    return examine(raw, segment, key, this.#place.storeId, undefined);
  }
}

/** Set apart or sealed in this recovery, or before. */
async function paperOf(place: Workplace, segment: number) {
  for (const kind of ['shred', 'doubt', 'note'] as const) {
    const paper = await readPaper(place, segment, kind);
    if (paper !== undefined) return paper;
  }
  return undefined;
}

const isMissed = (head: Head, { size }: Position): boolean =>
  head.size > size || isNamed(head, head.segment);

/** The second if neither is before the other. */
function farthest(a: Position, b: Position | undefined): Position;
function farthest(a: Position | undefined, b: Position | undefined): Position | undefined;
function farthest(a: Position | undefined, b: Position | undefined): Position | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.size >= a.size ? b : a;
}
