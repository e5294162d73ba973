import type { Head } from '../../storage/head.ts';
import { Layout, type SegmentNames, sortNames } from '../../storage/layout.ts';
import { decodePaperUnkeyed, type PaperKind } from '../../storage/paper.ts';
import type { Files } from '../../storage/ports.ts';
import type { DirectoryStatus, SegmentStatus } from './audit-source.ts';
import { isInUse, ownerOf } from './data-owner.ts';

const stages = {
  shred: 'shredded',
  doubt: 'doubtful',
  note: 'sealed',
  rest: 'resting',
} as const satisfies Record<PaperKind, SegmentStatus['stage']>;

/** What lies in a directory, as it says itself: nothing is verified, and no key needed. */
export async function statusOf(
  files: Files,
  path: string,
  head: Head | undefined,
  nowMs: number,
): Promise<DirectoryStatus> {
  const layout = new Layout(`${path}/audit`);
  const { segments: names } = sortNames((await files.list(layout.segments)) ?? []);
  const segments: SegmentStatus[] = [];
  for (const each of names) segments.push(await segmentOf(files, layout, each));
  return {
    source: 'offline',
    directory: path,
    owner: await ownerOf(files, path),
    isInUse: await isInUse(files, path),
    head: head === undefined ? null : viewOf(head, nowMs),
    bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    segments,
  };
}

const viewOf = ({ size, segment, isClosed, wallMs }: Head, nowMs: number) => ({
  size,
  segment,
  isClosed,
  writtenAt: new Date(wallMs).toISOString(),
  ageMs: Math.round(nowMs - wallMs),
});

async function segmentOf(
  files: Files,
  layout: Layout,
  { segment, has }: SegmentNames,
): Promise<SegmentStatus> {
  const kind = (['shred', 'doubt', 'note', 'rest'] as const).find((each) => has.has(each));
  const paper = kind && (await paperOf(files, layout.paper(segment, kind)));
  const store = layout.store(segment);
  let bytes = 0;
  for (const name of (await files.list(store)) ?? []) {
    bytes += (await files.stat(`${store}/${name}`))?.sizeBytes ?? 0;
  }
  const stage = kind === undefined ? 'open' : stages[kind];
  const span = paper === undefined ? {} : { first: paper.first, size: paper.size };
  return { segment, stage, ...span, bytes };
}

async function paperOf(files: Files, path: string) {
  const bytes = await files.read(path);
  return bytes && decodePaperUnkeyed(bytes, path.slice(path.lastIndexOf('/') + 1));
}
