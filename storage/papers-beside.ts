import type { Head } from './head.ts';
import type { SegmentNames } from './layout.ts';
import type { Paper, PaperKind } from './paper.ts';
import type { Place } from './place.ts';
import type { SegmentKeys } from './segment-keys.ts';
import { readPaper } from './survey.ts';

/**
 * What of the papers below one is not as it was when that was written. They stay, and say where the
 * segment ended: what reads the one must not miss what the other says.
 */
export async function forgedBeside(
  place: Place,
  { segment, has }: SegmentNames,
  above: Paper,
): Promise<string | undefined> {
  if (has.has('doubt') && has.has('note')) return 'it has both a note and a doubt';
  for (const kind of ['doubt', 'note'] as const) {
    if (kind === above.kind || !has.has(kind)) continue;
    const paper = await readPaper(place, segment, kind);
    if (paper === undefined) return `its ${kind} is not authentic`;
    if (!isOfSameSpan(paper, above)) return `its ${kind} and its ${above.kind} differ`;
  }
  return undefined;
}

const isOfSameSpan = (one: Paper, other: Paper): boolean =>
  one.first === other.first &&
  one.size === other.size &&
  one.chainBefore === other.chainBefore &&
  one.chainAfter === other.chainAfter;

/** What lies beside a paper, and cannot come from a crash. */
export function strayBeside(
  { segment, has }: SegmentNames,
  kind: PaperKind,
  head: Head | undefined,
  keys: Pick<SegmentKeys, 'keyOf'>,
): string | undefined {
  if (kind === 'shred' && !has.has('note') && !has.has('doubt')) return 'its note is missing';
  if (kind === 'note' && has.has('rest')) return 'the paper of a clean end is there again';
  const isClosed = head?.isClosed === true;
  if (kind === 'shred')
    return isClosed && has.has('store') ? 'its store is there again' : undefined;
  // A crash leaves them only beside a key, which goes last.
  const isUnderWay = !isClosed && keys.keyOf(segment) !== undefined;
  const isStray = has.has('leaves') && !isUnderWay;
  return isStray ? 'its leaves lie there, and it is not shredded' : undefined;
}
