import { parseBlock } from './block.ts';
import { hex, sha256, u32 } from './bytes.ts';
import { findMarks, marksOf } from './erasure.ts';
import type { KeyPages } from './key-pages.ts';
import type { SegmentNames } from './layout.ts';
import type { DoubtPaper, NotePaper } from './paper.ts';
import { writePaper } from './papers.ts';
import type { Workplace } from './place.ts';
import type { RawStore } from './ports.ts';
import { parseStoreKey } from './session.ts';
import { readPaper } from './survey.ts';

/**
 * Shreds a segment that has ended: keeps its leaf hashes, overwrites its key in both copies of the
 * key page, says so on paper, destroys the store. After the second step nobody can read it. One
 * that failed is done again from the start. Returns the files in which a trace of it is left: none,
 * if all went well.
 */
export async function shredSegment(
  place: Workplace,
  pages: KeyPages,
  ended: NotePaper | DoubtPaper,
  because: string,
): Promise<readonly string[]> {
  const { segment } = ended;
  const { files, kv, layout } = place;
  const raw = await kv.readRaw(layout.store(segment));
  const marks = marksOf(raw);
  if ((await readPaper(place, segment, 'shred')) !== undefined) {
    await destroy(place, segment);
    return await findMarks(files, layout, marks);
  }
  const leaves = leavesOf(raw);
  await files.replace(layout.leaves(segment), leaves);
  await pages.drop(segment);
  await finish(place, pages, ended, because, leaves);
  return await findMarks(files, layout, marks);
}

/** Ends what a crash interrupted, if the key is gone already; else takes it back. */
export async function finishShredding(
  place: Workplace,
  pages: KeyPages,
  { segment, has }: SegmentNames,
): Promise<boolean> {
  const { files, layout } = place;
  const hasKey = pages.keyOf(segment) !== undefined;
  if (has.has('shred')) {
    if ((await readPaper(place, segment, 'shred')) === undefined) return false;
    // A key page from before its shredding was put back.
    if (hasKey) await pages.drop(segment);
    if (has.has('store')) await destroy(place, segment);
    return has.has('store');
  }
  if (!has.has('leaves') || !has.has('store')) return false;
  const ended =
    (await readPaper(place, segment, 'doubt')) ?? (await readPaper(place, segment, 'note'));
  if (ended === undefined) return false;
  if (hasKey) {
    await files.remove(layout.leaves(segment));
    return false;
  }
  const leaves = (await files.read(layout.leaves(segment))) ?? new Uint8Array();
  await finish(place, pages, ended, 'a shredding that was interrupted', leaves);
  return true;
}

async function finish(
  place: Workplace,
  pages: KeyPages,
  ended: NotePaper | DoubtPaper,
  because: string,
  leaves: Uint8Array,
): Promise<void> {
  const { v, segment, first, size, chainBefore, chainAfter, openedMs } = ended;
  const span = { v, segment, first, size, chainBefore, chainAfter, openedMs };
  await writePaper(place, {
    ...span,
    kind: 'shred',
    writtenMs: Math.round(place.clock.wallMs()),
    because,
    leaves: hex(sha256(leaves)),
    keyGeneration: pages.generation,
  });
  await destroy(place, segment);
}

async function destroy({ files, kv, layout }: Workplace, segment: number): Promise<void> {
  await kv.destroy(layout.store(segment));
  await files.remove(layout.store(segment));
  await files.remove(layout.copyOf(segment));
}

/** The leaf hashes of all blocks, as `.leaves` holds them. */
function leavesOf(raw: RawStore): Uint8Array {
  const parts = raw.entries.flatMap(({ key, value }) => {
    if (parseStoreKey(key)?.kind !== 'block') return [];
    const block = parseBlock(value);
    return block === undefined ? [] : [u32(block.count), block.leaves];
  });
  return Buffer.concat(parts);
}
