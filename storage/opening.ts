import { chainStart } from './chain.ts';
import { HeadFile } from './head-file.ts';
import { KeyPages } from './key-pages.ts';
import { OpenSegment, type Position } from './open-segment.ts';
import type { Workplace } from './place.ts';
import type { KvStore } from './ports.ts';
import { type Finding, type Resumption, recover } from './recovery.ts';
import { Secret } from './secret.ts';
import { survey } from './survey.ts';

/** What a log consists of, and where it stands. */
export interface Parts {
  readonly pages: KeyPages;
  readonly head: HeadFile;
  readonly active: OpenSegment;
  readonly position: Position;
  readonly findings: readonly Finding[];
}

/** Opens the parts of the log in `place`, or makes them. The head is still to name the segment. */
export async function openParts(place: Workplace): Promise<Parts> {
  const { files, layout } = place;
  await files.makeDirectory(layout.segments);
  const found = await survey(place);
  const isBare = found.head === undefined && found.segments.length === 0;
  const pages = await openPages(place, isBare);
  const resumed: Resumption =
    isBare && pages.generation === 1
      ? { position: start(place), segment: 1, findings: [] }
      : await recover(place, pages, found);
  const head = await openHead(place, found.head !== undefined, resumed, pages);
  await beginHead(head);
  const active = await openActive(place, pages, resumed);
  const { position, findings } = resumed;
  return { pages, head, active, position, findings };
}

const start = ({ storeId }: Workplace): Position => ({ size: 0, chain: chainStart(storeId) });

const pageTools = ({ files, keys, storeId, random }: Workplace) => ({
  files,
  key: keys.keys,
  storeId,
  random,
});

async function openPages(place: Workplace, isBare: boolean): Promise<KeyPages> {
  const { files, layout } = place;
  const names = (await files.list(layout.keys)) ?? [];
  const isThere = names.includes('keys.a') || names.includes('keys.b');
  if (!isBare || isThere) return await KeyPages.open(pageTools(place), layout.keys);
  return await KeyPages.create(pageTools(place), layout.keys);
}

/** A head that is not whole was put into words by the recovery; a new one begins. */
async function openHead(
  place: Workplace,
  isThere: boolean,
  { position, segment }: { readonly position: Position; readonly segment: number },
  pages: KeyPages,
): Promise<HeadFile> {
  const { files, layout, keys, storeId } = place;
  const tools = { files, key: keys.head, storeId };
  if (isThere) return await HeadFile.open(tools, layout.head);
  await files.remove(layout.head);
  return await HeadFile.create(tools, layout.head, {
    ...position,
    segment,
    isClosed: false,
    keyGeneration: pages.generation,
    wallMs: Math.round(place.clock.wallMs()),
    openFrom: segment,
  });
}

/** Before anything changes, the head takes back that the end was clean. */
async function beginHead(head: HeadFile): Promise<void> {
  if (head.head.isClosed) await head.write({ ...head.head, isClosed: false });
}

/** The key of a segment; a new one, durable, if it has none. */
export async function giveKey(place: Workplace, pages: KeyPages, segment: number): Promise<Secret> {
  const known = pages.keyOf(segment);
  if (known !== undefined) return known;
  const bytes = place.random(32);
  const key = Secret.of(bytes);
  bytes.fill(0);
  await pages.put(segment, key);
  return key;
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
    const store = await kv.create(path);
    return await closingAtFailure(store, () =>
      OpenSegment.begin(place, store, { segment, key }, position),
    );
  }
  const key = await giveKey(place, pages, segment);
  await files.remove(layout.paper(segment, 'rest'));
  const store = await kv.open(path);
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
