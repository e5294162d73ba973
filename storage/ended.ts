import type { DoubtPaper, NotePaper } from './paper.ts';
import type { Place } from './place.ts';
import { readPaper, survey } from './survey.ts';

/** A segment that takes no more records. */
export type Ended = NotePaper | DoubtPaper;

/** What has ended and still has its records, ascending. */
export async function endedIn(place: Place): Promise<readonly Ended[]> {
  const { segments } = await survey(place);
  const all = segments.map(async ({ segment, has }) => {
    if (has.has('shred') && !has.has('store')) return undefined;
    if (has.has('doubt')) return await readPaper(place, segment, 'doubt');
    return has.has('note') ? await readPaper(place, segment, 'note') : undefined;
  });
  return (await Promise.all(all)).filter((paper) => paper !== undefined);
}
