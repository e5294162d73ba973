import { hex, sameBytes, sha256 } from './bytes.ts';
import { chainStart } from './chain.ts';
import { missingKey } from './derived-keys.ts';
import { destructionProblem } from './destruction.ts';
import { compareDigests, compareDoubt, digestFiles } from './digests.ts';
import { entriesOf } from './entries.ts';
import { type Examination, examine } from './examination.ts';
import { StorageError } from './faults.ts';
import { fileBytes } from './file-bytes.ts';
import type { Head } from './head.ts';
import { isNamed, judge } from './judgement.ts';
import type { KeyPage } from './key-page.ts';
import { type SegmentNames, sortNames } from './layout.ts';
import { followLeaves } from './leaf-trail.ts';
import type { Log } from './log.ts';
import type { Position } from './open-segment.ts';
import type { NotePaper, ShredPaper } from './paper.ts';
import { forgedBeside, strayBeside } from './papers-beside.ts';
import type { Place } from './place.ts';
import type { Files, RawFiles, RawStore } from './ports.ts';
import { judgeAround } from './relics.ts';
import { readKeys, type SegmentKeys } from './segment-keys.ts';
import { isBeyondHead } from './surroundings.ts';
import { readPaper, type Survey, survey } from './survey.ts';
import {
  isAlarm,
  type SegmentVerdict,
  type Verdict,
  type Verification,
  worst,
} from './verification.ts';

export interface VerifyOptions {
  /** The log, if it is open in this process: its open segments are read through its engine. */
  readonly log?: Log | undefined;
  /** Whether the identity says that there must be a log: false by default. */
  readonly hasBegun?: boolean;
  /** What the caller came upon around the log: told with the rest. */
  readonly around?: readonly Problem[];
  /** Called before each segment. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** Checks a whole log. Writes nothing, locks nothing, and ends with a verdict whatever it meets. */
export async function verifyLog(place: Place, options: VerifyOptions = {}): Promise<Verification> {
  try {
    return await verify(place, options);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const problem = { verdict: verdictOf(error), because: error.message };
    const nothing = { size: 0, checked: 0, unanchored: 0, segments: [] };
    return { verdict: problem.verdict, ...nothing, problems: [problem] };
  }
}

/** A directory where a file must be is no failure of the disk. */
const verdictOf = ({ code }: StorageError): Verdict =>
  code === 'TAKEN' || code === 'GONE' ? 'tampered' : 'unverifiable';

async function verify(
  place: Place,
  { log, hasBegun = false, around = [], onProgress }: VerifyOptions,
): Promise<Verification> {
  const head = log?.promise;
  const found = { ...(await survey(place)), ...(head && { head }) };
  const read = await readKeys(place, found.head?.keyGeneration);
  const { page } = read;
  const keys: Keys = log ?? {
    keyGeneration: page?.generation ?? 0,
    keyOf: read.keyOf,
    generationOf: read.generationOf,
  };
  const problems = log
    ? await judgeLive(place, page)
    : await judgeAround(place, found, read, hasBegun);
  problems.push(...read.problems);
  const earlier = found.head?.found ?? 'ok';
  if (earlier !== 'ok') {
    problems.push({
      verdict: earlier,
      because: 'an opening mended it: the log holds audit.mended',
    });
  }
  for (const stray of found.strays) {
    problems.push({ verdict: 'tampered', because: `${stray} does not belong here` });
  }
  const verifier = new Verifier(place, found, keys, log);
  const newest = Math.max(found.head?.segment ?? 0, found.segments.at(-1)?.segment ?? 0);
  for (const names of withGaps(found.segments, newest)) {
    if (log && names.segment > (head?.segment ?? 0)) break;
    onProgress?.(names.segment - 1, newest);
    await verifier.judge(names);
  }
  onProgress?.(newest, newest);
  return verifier.conclude([...around, ...problems]);
}

/** A log that is open may be writing a copy of the key page just then, but never both. */
async function judgeLive(place: Place, page: KeyPage | undefined): Promise<Problem[]> {
  const again = page ?? (await readKeys(place)).page ?? (await readKeys(place)).page;
  if (again !== undefined) return [];
  return [{ verdict: 'tampered', because: 'no copy of the key page is whole' }];
}

/** All segments up to the newest; of those that are missing side by side only the first. */
function* withGaps(known: readonly SegmentNames[], newest: number): Generator<SegmentNames> {
  let next = 1;
  for (const names of known) {
    if (names.segment > next) yield { segment: next, has: new Set() };
    yield names;
    next = names.segment + 1;
  }
  if (next <= newest) yield { segment: next, has: new Set() };
}

/** Of the key page, or of the log that is open. */
interface Keys extends Pick<SegmentKeys, 'keyOf' | 'generationOf'> {
  readonly keyGeneration: number;
}

interface Judged {
  readonly verdict: Verdict;
  readonly end: Position;
  readonly first: number;
  readonly because?: string | undefined;
  /** Records whose bytes were checked. */
  readonly checked?: number;
}

class Verifier {
  readonly #place: Place;
  readonly #survey: Survey;
  readonly #head: Head | undefined;
  readonly #keys: Keys;
  readonly #log: Log | undefined;
  readonly #segments: SegmentVerdict[] = [];
  #position: Position;
  #checked = 0;

  constructor(place: Place, surveyed: Survey, keys: Keys, log: Log | undefined) {
    this.#place = place;
    this.#survey = surveyed;
    this.#head = surveyed.head;
    this.#keys = keys;
    this.#log = log;
    this.#position = { size: 0, chain: chainStart(place.storeId) };
  }

  async judge(names: SegmentNames): Promise<void> {
    const { segment } = names;
    if (names.has.size === 0 && this.#isUnpromised(segment)) return;
    const judged = await this.#judgeStill(names);
    const { verdict, first, end, because, checked = 0 } = judged;
    const reason = because === undefined ? {} : { because };
    this.#segments.push({ segment, verdict, first, size: end.size, ...reason });
    this.#checked += checked;
    this.#position = end;
  }

  /** The head may name a segment that was never made, if it promises nothing of it. */
  #isUnpromised(segment: number): boolean {
    const head = this.#head;
    if (head === undefined || head.isClosed || isNamed(head, segment)) return false;
    return segment >= head.segment && head.size <= this.#position.size;
  }

  /** Made ahead of its time: whatever the segments before it have lost, it has lost nothing. */
  #isAhead(segment: number): boolean {
    return this.#head?.isClosed === false && segment > this.#head.segment;
  }

  /** A log that is open may seal or shred the segment meanwhile: then it is looked at again. */
  async #judgeStill(names: SegmentNames): Promise<Judged> {
    const judged = await this.#attempt(names);
    if (this.#log === undefined || judged.verdict === 'ok') return judged;
    await this.#log.settled(names.segment);
    const listed = sortNames((await this.#place.files.list(this.#place.layout.segments)) ?? []);
    const now = listed.segments.find(({ segment }) => segment === names.segment);
    if (now === undefined || [...now.has].join() === [...names.has].join()) return judged;
    return await this.#judgeStill(now);
  }

  async #attempt(names: SegmentNames): Promise<Judged> {
    try {
      return await this.#judgeOne(names);
    } catch (error) {
      if (error instanceof StorageError) return this.#bad(verdictOf(error), error.message);
      throw error;
    }
  }

  async #judgeOne(names: SegmentNames): Promise<Judged> {
    const { segment, has } = names;
    const kind = (['shred', 'doubt', 'note'] as const).find((each) => has.has(each));
    if (kind !== undefined) return await this.#judgePaper(names, kind);
    if (has.has('store')) return await this.#judgeOpen(names);
    const isLast = this.#head?.segment === segment;
    return this.#bad(isLast ? 'rolledBack' : 'tampered', 'the segment is missing');
  }

  /** Where a segment that cannot be read lies, as the head says. */
  #promised(segment: number): Pick<Judged, 'first' | 'end'> {
    const first = this.#position.size;
    const isOfHead = this.#head?.segment === segment && this.#head.size >= first;
    return { first, end: this.#head && isOfHead ? this.#head : this.#position };
  }

  #keyless(segment: number): Pick<Judged, 'verdict' | 'because'> {
    return { verdict: 'unverifiable', because: missingKey(this.#keys.generationOf(segment)) };
  }

  #bad(verdict: Verdict, because: string): Judged {
    return { verdict, because, first: this.#position.size, end: this.#position };
  }

  async #judgePaper(names: SegmentNames, kind: 'shred' | 'doubt' | 'note'): Promise<Judged> {
    const { segment, has } = names;
    const paper = await readPaper(this.#place, segment, kind);
    if (paper === undefined) {
      const spot = await this.#spotOf(names);
      return { ...spot, verdict: 'tampered', because: `its ${kind} is not authentic` };
    }
    const forged = await forgedBeside(this.#place, names, paper);
    const end = { size: paper.size, chain: Buffer.from(paper.chainAfter, 'hex') };
    const spot = { first: paper.first, end };
    const { size, chain } = this.#position;
    if (paper.first !== size || paper.chainBefore !== hex(chain)) {
      return { ...spot, verdict: 'tampered', because: 'it does not follow the segment before' };
    }
    if (paper.kind === 'note' && isBeyondHead(this.#survey, segment)) {
      return { ...spot, verdict: 'rolledBack', because: 'the head is older than its note' };
    }
    const stray = forged ?? strayBeside(names, paper.kind, this.#head, this.#keys);
    if (stray !== undefined) return { ...spot, verdict: 'tampered', because: stray };
    if (paper.kind === 'shred') return { ...spot, ...(await this.#judgeShredded(paper, has)) };
    if (paper.kind === 'note') return { ...spot, ...(await this.#judgeSealed(paper)) };
    const [change] = await compareDoubt(this.#place.files, this.#place.layout, paper);
    if (change !== undefined) return { ...spot, verdict: 'tampered', because: change };
    return { ...spot, verdict: paper.verdict, because: `quarantined: ${paper.because}` };
  }

  /** Where a segment lies whose paper does not say: the next one is not to be blamed for that. */
  async #spotOf({ segment, has }: SegmentNames): Promise<Pick<Judged, 'first' | 'end'>> {
    const nowhere = { first: this.#position.size, end: this.#position };
    const key = this.#keys.keyOf(segment);
    if (key === undefined || !has.has('store')) return nowhere;
    const raw = await this.#readOpen(segment);
    const exam = examine(raw, segment, key, this.#place.storeId, undefined);
    return exam.sessions > 0 ? { first: exam.first, end: exam.reach } : nowhere;
  }

  async #judgeShredded(
    paper: ShredPaper,
    has: SegmentNames['has'],
  ): Promise<Pick<Judged, 'verdict' | 'because'>> {
    const { segment, because } = paper;
    // A crash between the paper and the loss of the key, or of the store; opening the log ends it.
    const isUnderWay = has.has('store') && this.#head?.isClosed === false;
    if (!isUnderWay && this.#keys.keyGeneration < paper.keyGeneration) {
      return { verdict: 'rolledBack', because: 'the key page is older than its shredding' };
    }
    if (!isUnderWay && this.#keys.keyOf(segment) !== undefined) {
      return { verdict: 'tampered', because: 'its key is on the key page again' };
    }
    const leaves = await fileBytes(this.#place.files, this.#place.layout.leaves(segment));
    if (leaves === undefined) return { verdict: 'tampered', because: 'its leaves are missing' };
    if (hex(sha256(leaves)) !== paper.leaves) {
      return { verdict: 'tampered', because: 'its leaves are not as they were' };
    }
    const note = await destructionProblem(this.#place, paper);
    // It is written before the store is destroyed, by the next opening if a crash came before.
    const isDue = note?.isMissing && has.has('store') && this.#head?.isClosed === false;
    if (note !== undefined && !isDue) return { verdict: 'tampered', because: note.because };
    if (has.has('doubt')) {
      const doubt = await readPaper(this.#place, segment, 'doubt');
      if (doubt === undefined)
        return { verdict: 'tampered', because: 'its doubt is not authentic' };
      const verdict = worst(['shredded', doubt.verdict]);
      return { verdict, because: `quarantined: ${doubt.because}` };
    }
    const end = followLeaves(leaves, this.#position);
    const isWhole = end?.size === paper.size && hex(end.chain) === paper.chainAfter;
    if (isWhole) return { verdict: 'shredded', because };
    return { verdict: 'tampered', because: 'its leaves do not lead to its end' };
  }

  async #judgeSealed(paper: NotePaper): Promise<Pick<Judged, 'verdict' | 'because' | 'checked'>> {
    const { files, layout, kv } = this.#place;
    const store = layout.store(paper.segment);
    const once = readOnce(files);
    const [change] = compareDigests(paper.files, await digestFiles(once, store));
    if (change !== undefined) return { verdict: 'tampered', because: change };
    const key = this.#keys.keyOf(paper.segment);
    if (key === undefined) return this.#keyless(paper.segment);
    const raw = await kv.readRaw(store, { trusted: true, files: once });
    const exam = examine(raw, paper.segment, key, this.#place.storeId, undefined);
    const because = exam.problems[0] ?? differenceOf(exam, paper);
    const verdict = because === undefined ? 'ok' : 'tampered';
    return { verdict, because, checked: exam.records };
  }

  /** A segment without a paper: the active one, or one that a crash left unsealed. */
  async #judgeOpen({ segment, has }: SegmentNames): Promise<Judged> {
    const raw = await this.#readOpen(segment);
    if (raw.entries.length === 0 && (this.#isAhead(segment) || this.#isUnpromised(segment))) {
      return { verdict: 'ok', first: this.#position.size, end: this.#position };
    }
    if (this.#head?.isClosed && segment > this.#head.segment) {
      return this.#bad('tampered', 'it was made after a clean end');
    }
    const key = this.#keys.keyOf(segment);
    if (key === undefined) return { ...this.#promised(segment), ...this.#keyless(segment) };
    const exam = examine(raw, segment, key, this.#place.storeId, this.#head);
    const evidence = { segment, raw, exam, isResting: has.has('rest') };
    const { verdict, because } = await judge(this.#place, this.#survey, evidence);
    const { size, chain } = this.#position;
    if (exam.sessions === 0) return { ...this.#bad(verdict, because ?? ''), checked: exam.records };
    const spot = { first: exam.first, end: exam, checked: exam.records };
    if (exam.first !== size || !sameBytes(exam.chainBefore, chain)) {
      return { ...spot, verdict: 'tampered', because: 'it does not follow the segment before' };
    }
    return { ...spot, verdict, because };
  }

  async #readOpen(segment: number): Promise<RawStore> {
    const store = this.#log?.storeOf(segment);
    if (store !== undefined) return await entriesOf(store);
    return await this.#place.kv.readRaw(this.#place.layout.store(segment));
  }

  conclude(surroundings: readonly Problem[]): Verification {
    const head = this.#head;
    const { size, chain } = this.#position;
    const problems = [...surroundings];
    const verdicts = [...this.#segments, ...problems].map(({ verdict }) => verdict);
    const isTampered = verdicts.includes('tampered');
    if (head !== undefined && size < head.size && !verdicts.includes('rolledBack')) {
      const because = `records ${size} to ${head.size - 1} are missing`;
      problems.push({ verdict: isTampered ? 'tampered' : 'rolledBack', because });
    }
    if (head?.isClosed && size >= head.size && !verdicts.some(isAlarm)) {
      const isThere = size === head.size && sameBytes(chain, head.chain);
      const because = 'the log does not end where the head says';
      if (!isThere) problems.push({ verdict: 'tampered', because });
    }
    const verdict = worst([...this.#segments, ...problems].map((each) => each.verdict));
    const counts = { size, checked: this.#checked, unanchored: size };
    return { verdict, ...counts, segments: this.#segments, problems };
  }
}

/** Hands on what it read: what was hashed is what is parsed. */
function readOnce(files: Files): RawFiles {
  const known = new Map<string, Uint8Array | undefined>();
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    if (!known.has(path)) known.set(path, await files.read(path));
    return known.get(path);
  };
  return {
    list: (path) => files.list(path),
    read,
    readAt: async (path, offset, length) =>
      ((await read(path)) ?? new Uint8Array()).subarray(offset, offset + length),
  };
}

type Problem = Verification['problems'][number];

function differenceOf(exam: Examination, paper: NotePaper): string | undefined {
  const isSame =
    exam.first === paper.first &&
    exam.size === paper.size &&
    hex(exam.chainBefore) === paper.chainBefore &&
    hex(exam.chain) === paper.chainAfter;
  return isSame ? undefined : 'its records are not those of its note';
}
