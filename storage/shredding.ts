import { hex, sha256 } from './bytes.ts';
import { certify, destructionNote } from './destruction.ts';
import { findMarks, marksOf } from './erasure.ts';
import type { KeyPages } from './key-pages.ts';
import type { SegmentNames } from './layout.ts';
import { leafTrailOf } from './leaf-trail.ts';
import { logSigners } from './log-signer.ts';
import type { DoubtPaper, NotePaper, ShredPaper } from './paper.ts';
import { writePaper } from './papers.ts';
import type { Workplace } from './place.ts';
import { remake } from './remake.ts';
import { readPaper } from './survey.ts';

/**
 * Shreds a segment that has ended: keeps its leaf hashes, orders it on paper, overwrites its key in
 * both copies of the key page, tells strangers of that in a note, destroys the store. After the
 * third step nobody can read it. One that failed is done again. Returns the files in which a trace
 * of it is left: none, if all went well.
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
  if ((await readPaper(place, segment, 'shred')) === undefined) {
    const leaves = leafTrailOf(raw);
    await remake(files, layout.leaves(segment), leaves);
    await pages.drop(segment, (keyGeneration) =>
      writeShred(place, pages, ended, { because, leaves: hex(sha256(leaves)), keyGeneration }),
    );
  } else await pages.drop(segment);
  const paper = await readPaper(place, segment, 'shred');
  if (paper !== undefined) await certify(place, pages.archive, paper);
  await destroy(place, segment);
  return await findMarks(files, layout, marks);
}

/** Ends what a crash interrupted, once its paper was written; else takes it back. */
export async function finishShredding(
  place: Workplace,
  pages: KeyPages,
  { segment, has }: SegmentNames,
): Promise<boolean> {
  const hasKey = pages.segments().includes(segment);
  if (!has.has('shred')) {
    // Without a key it is no crash that they come from.
    const { files, layout } = place;
    if (has.has('leaves') && hasKey) await files.remove(layout.leaves(segment));
    if (has.has('destroyed') && hasKey) await files.remove(layout.destroyed(segment));
    return false;
  }
  // A paper that is not authentic orders nothing.
  const paper = await readPaper(place, segment, 'shred');
  if (paper === undefined) return false;
  pages.outgrow(paper.keyGeneration);
  if (hasKey) await pages.drop(segment);
  await certify(place, pages.archive, paper);
  if (has.has('store')) await destroy(place, segment);
  return has.has('store');
}

async function writeShred(
  place: Workplace,
  pages: KeyPages,
  { v, segment, first, size, chainBefore, chainAfter, openedMs }: NotePaper | DoubtPaper,
  shredding: Pick<ShredPaper, 'because' | 'leaves' | 'keyGeneration'>,
): Promise<void> {
  const span = { v, segment, first, size, chainBefore, chainAfter, openedMs };
  const writtenMs = Math.round(place.clock.wallMs());
  const paper: ShredPaper = { ...span, kind: 'shred', writtenMs, ...shredding };
  const { present } = logSigners(place, pages.archive);
  const destroyed = hex(sha256(destructionNote(present, paper)));
  await writePaper(place, { ...paper, destroyed });
}

async function destroy({ files, kv, layout }: Workplace, segment: number): Promise<void> {
  await files.remove(layout.zones(segment));
  await kv.destroy(layout.store(segment));
  await files.remove(layout.store(segment));
  await files.remove(layout.copyOf(segment));
}
