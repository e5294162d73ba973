import { StorageError } from './faults.ts';
import { HOLDS_MAX, type Hold, holdNamed, OPEN_END } from './holds.ts';
import type { KeyPages } from './key-pages.ts';
import type { Range } from './open-records.ts';
import type { Place } from './place.ts';
import { readPaper, survey } from './survey.ts';

/** Places a hold on a log with so many records; durable once it resolves. Else nothing changed. */
export async function placeHold(
  place: Place,
  pages: KeyPages,
  hold: Hold,
  size: number,
): Promise<void> {
  mustFit(hold, size);
  const { holds } = pages;
  if (holds.some(({ name }) => name === hold.name)) {
    throw new RangeError(`hold.name must be new, got "${hold.name}", which is a hold already`);
  }
  if (holds.length === HOLDS_MAX)
    throw new RangeError(`holds must be at most ${HOLDS_MAX} at once`);
  const shredded = await shreddedIn(place, hold);
  if (shredded.length > 0) {
    const spans = shredded.map(({ from, to }) => `${from} to ${to - 1}`).join(', ');
    throw new StorageError('SHREDDED', `of what is to be held, records ${spans} are shredded`);
  }
  await pages.putHolds([...holds, hold]);
}

/** Lifts a hold; durable once it resolves. */
export async function liftHold(pages: KeyPages, name: string): Promise<void> {
  const lifted = holdNamed(pages.holds, name);
  await pages.putHolds(pages.holds.filter((hold) => hold !== lifted));
}

function mustFit({ from, to }: Hold, size: number): void {
  if (from > size) {
    throw new RangeError(
      `hold.fromIndex must be at most the size of the log, ${size}, got ${from}`,
    );
  }
  if (to <= from) throw new RangeError(`hold.toIndex must be above fromIndex ${from}, got ${to}`);
  if (to > size && to !== OPEN_END) {
    throw new RangeError(`hold.toIndex must be at most the size of the log, ${size}, got ${to}`);
  }
}

/** What of a range is shredded, ascending; ranges that touch are one. */
async function shreddedIn(place: Place, { from, to }: Range): Promise<readonly Range[]> {
  const spans: { from: number; to: number }[] = [];
  for (const { segment, has } of (await survey(place)).segments) {
    const paper = has.has('shred') ? await readPaper(place, segment, 'shred') : undefined;
    if (paper === undefined) continue;
    const span = { from: Math.max(from, paper.first), to: Math.min(to, paper.size) };
    const last = spans.at(-1);
    if (span.from >= span.to) continue;
    if (last?.to === span.from) last.to = span.to;
    else spans.push(span);
  }
  return spans;
}
