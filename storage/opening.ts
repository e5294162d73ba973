import { mendArchive, readArchive } from './archive-copies.ts';
import { putAside } from './aside.ts';
import { chainStart } from './chain.ts';
import { StorageError } from './faults.ts';
import { HeadFile } from './head-file.ts';
import { destroyKeyLeftovers } from './key-leftovers.ts';
import { KeyPages } from './key-pages.ts';
import { mustBeNoLinks } from './links.ts';
import { OpenSegment, type Position, segmentStore } from './open-segment.ts';
import type { Workplace } from './place.ts';
import type { KvStore } from './ports.ts';
import { type Finding, type Resumption, recover } from './recovery.ts';
import { judgeAround } from './relics.ts';
import { sealEnds } from './sealed-ends.ts';
import { Secret } from './secret.ts';
import { readKeys } from './segment-keys.ts';
import { type Survey, survey } from './survey.ts';
import { isAlarm, type Verdict, type Verification, worst } from './verification.ts';

type Problem = Verification['problems'][number];

/** What a log consists of, and where it stands. */
export interface Parts {
  readonly pages: KeyPages;
  readonly head: HeadFile;
  readonly active: OpenSegment;
  readonly position: Position;
  readonly findings: readonly Finding[];
}

/** Opens the parts of the log in `place`, or makes them. The head is still to name the segment. */
export async function openParts(
  place: Workplace,
  hasBegun: boolean,
  problems: readonly Problem[] = [],
): Promise<Parts> {
  const { files, layout } = place;
  await mustBeNoLinks(files, layout.directories);
  await files.makeDirectory(layout.segments);
  const found = await survey(place);
  const isBare = await isNothingLeft(place, found);
  const seen = [...problems, ...(await lookAround(place, found, hasBegun))];
  const before = isBare ? undefined : await noteFound(place, found, seen);
  const pages = await openPages(place, found, isBare);
  const archived = await readArchive(place, pages.auditKeys);
  pages.useArchive(archived.archive);
  const resumed: Resumption =
    isBare && pages.generation === 1
      ? { position: start(place), segment: 1, findings: [] }
      : await recover(place, pages, found);
  const head = before ?? (await beginHead(place, resumed, pages, worstOf(seen)));
  head.outgrow(pages.headGeneration);
  pages.outgrow(head.head.keyGeneration);
  // Before anything more changes, the head takes back that the end was clean.
  if (head.head.isClosed) await head.write({ ...head.head, isClosed: false });
  await sealEnds(place, pages);
  await mendArchive(place, pages, archived, resumed.position.size);
  const active = await openActive(place, pages, resumed);
  const findings = [...seen.slice(0, SEEN_MAX).map(mended), ...resumed.findings];
  return { pages, head, active, position: resumed.position, findings };
}

/** So much of what was mended is told. */
const SEEN_MAX = 16;

const mended = ({ verdict, because }: Problem): Finding => ({ kind: 'mended', verdict, because });

/** What is wrong beside the segments, and will be mended; nothing where a log is to begin. */
async function lookAround(place: Workplace, found: Survey, hasBegun: boolean): Promise<Problem[]> {
  const known = await readKeys(place, found.head?.keyGeneration);
  const isFresh = found.head === undefined && known.copies.every((copy) => copy === 'absent');
  try {
    if (isFresh && !hasBegun) return [];
    return [...(await judgeAround(place, found, known, hasBegun)), ...known.problems];
  } finally {
    for (const secret of known.page?.keys.values() ?? []) secret.wipe();
  }
}

/** What may come from a crash, or from a disk that fails, needs no mark. */
const worstOf = (seen: readonly Problem[]): Verdict =>
  worst(seen.map(({ verdict }) => verdict).filter((verdict) => isAlarm(verdict)));

/** The head that is there, with a mark of what is about to be mended: a crash must not lose it. */
async function noteFound(
  { files, layout, keys, storeId }: Workplace,
  { head }: Survey,
  seen: readonly Problem[],
): Promise<HeadFile | undefined> {
  if (head === undefined) return undefined;
  const file = await HeadFile.open({ files, key: keys.head, storeId }, layout.head);
  const found = worst([head.found, worstOf(seen)]);
  if (found !== head.found) await file.write({ ...head, found });
  return file;
}

const start = ({ storeId }: Workplace): Position => ({ size: 0, chain: chainStart(storeId) });

const pageTools = ({ files, keys, storeId, random }: Workplace) => ({
  files,
  key: keys.keys,
  storeId,
  random,
});

async function hasKeyPages({ files, layout }: Workplace): Promise<boolean> {
  const names = (await files.list(layout.keys)) ?? [];
  return names.includes('keys.a') || names.includes('keys.b');
}

/** No segment, and at most one file of those that a beginning makes. */
async function isNothingLeft(place: Workplace, { head, segments }: Survey): Promise<boolean> {
  if (segments.length > 0) return false;
  return head === undefined || !(await hasKeyPages(place));
}

async function openPages(place: Workplace, { head }: Survey, isBare: boolean): Promise<KeyPages> {
  const { files, layout } = place;
  await destroyKeyLeftovers(files, layout.keys);
  if (!isBare || (await hasKeyPages(place))) {
    return await KeyPages.open(pageTools(place), layout.keys, head?.keyGeneration);
  }
  return await KeyPages.create(pageTools(place), layout.keys);
}

/** A head that is not whole was put into words by the recovery; a new one begins. */
async function beginHead(
  { files, layout, keys, storeId, clock }: Workplace,
  { position, segment }: Resumption,
  pages: KeyPages,
  found: Verdict,
): Promise<HeadFile> {
  if ((await files.stat(layout.head)) !== undefined) await putAside(files, layout.head, 'damaged');
  return await HeadFile.create({ files, key: keys.head, storeId }, layout.head, {
    ...position,
    segment,
    isClosed: false,
    found,
    keyGeneration: pages.generation,
    wallMs: Math.round(clock.wallMs()),
    openFrom: segment,
  });
}

/** The key of a segment with nothing in it: a new one, durable, unless it has one of today. */
export async function giveKey(place: Workplace, pages: KeyPages, segment: number): Promise<Secret> {
  const known = pages.keyOf(segment);
  if (known !== undefined && !pages.isRetired(segment)) return known;
  const bytes = place.random(32);
  const key = Secret.of(bytes);
  bytes.fill(0);
  await pages.put(segment, key);
  return knownKey(pages, segment);
}

function knownKey(pages: KeyPages, segment: number): Secret {
  const known = pages.keyOf(segment);
  if (known !== undefined) return known;
  throw new StorageError('KEY_MISSING', `the key of segment ${segment} is missing`);
}

async function openActive(
  place: Workplace,
  pages: KeyPages,
  { position, segment, past }: Resumption,
): Promise<OpenSegment> {
  const { files, kv, layout } = place;
  const path = layout.store(segment);
  if (past === undefined) {
    const key = await giveKey(place, pages, segment);
    const store = await kv.create(path, segmentStore);
    return await closingAtFailure(store, () =>
      OpenSegment.begin(place, store, { segment, key }, position),
    );
  }
  const key = knownKey(pages, segment);
  await files.remove(layout.paper(segment, 'rest'));
  const store = await kv.open(path, segmentStore);
  return await closingAtFailure(store, () =>
    OpenSegment.begin(place, store, { segment, key }, position, past),
  );
}

async function closingAtFailure<T>(store: KvStore, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await store.close();
    throw error;
  }
}
