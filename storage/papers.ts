import { hex } from './bytes.ts';
import { digestFiles } from './digests.ts';
import type { Position } from './open-segment.ts';
import { encodePaper, type Paper } from './paper.ts';
import type { Place, Workplace } from './place.ts';
import { remake } from './remake.ts';

/** What every paper says of its segment. */
export interface Span {
  readonly segment: number;
  readonly origin: Position;
  readonly end: Position;
  readonly openedMs: number;
}

export const spanFields = (place: Workplace, { segment, origin, end, openedMs }: Span) => ({
  v: 1 as const,
  segment,
  first: origin.size,
  size: end.size,
  chainBefore: hex(origin.chain),
  chainAfter: hex(end.chain),
  openedMs,
  writtenMs: Math.round(place.clock.wallMs()),
});

export async function writePaper(place: Place, paper: Paper): Promise<void> {
  const path = place.layout.paper(paper.segment, paper.kind);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const { papers } = place.keys;
  await remake(place.files, path, encodePaper(paper, name, papers, place.storeId));
}

/** Writes down what a closed store holds: for good as its note, or until it is opened again. */
export async function writeDigests(
  place: Workplace,
  kind: 'note' | 'rest',
  span: Span,
): Promise<void> {
  const files = await digestFiles(place.files, place.layout.store(span.segment));
  await writePaper(place, { kind, ...spanFields(place, span), files });
}
