import { openRecords, type Range, type StoredRecord } from './open-records.ts';
import type { Place } from './place.ts';
import type { KvPut } from './ports.ts';
import type { Secret } from './secret.ts';
import { blockKey, parseStoreKey, sessionRange } from './session.ts';

/** Records, all whole, that a reader did not ask for, and that were not looked at. */
export interface Unasked extends Range {
  readonly because: 'unasked';
}

/** How many zones are in memory at once: 16 MiB. */
const ZONES_PER_CHUNK = 128;

/**
 * The records in those zones of a segment, and what lies between them, from the first to the last
 * index of the range. It ends before that where a record cannot be had.
 */
export async function* zonedRecords(
  place: Place,
  segment: number,
  key: Secret,
  zones: readonly Range[],
  { from, to }: Range,
): AsyncGenerator<StoredRecord | Unasked> {
  const asked = zones.filter((zone) => zone.to > from && zone.from < to);
  let next = from;
  for (let at = 0; at < asked.length; at += ZONES_PER_CHUNK) {
    const chunk = asked.slice(at, at + ZONES_PER_CHUNK);
    const entries = await entriesIn(place, segment, chunk);
    // It was shredded meanwhile.
    if (key.isWiped) return;
    const records = openRecords(entries, segment, key, place.storeId, { from: next, to });
    for (const zone of chunk) {
      if (zone.from > next) yield { from: next, to: zone.from, because: 'unasked' };
      next = Math.max(next, zone.from);
      for (const end = Math.min(zone.to, to); next < end; next += 1) {
        const { value: record } = records.next();
        if (record?.index !== next) return;
        yield record;
      }
    }
  }
  if (next < to) yield { from: next, to, because: 'unasked' };
}

/** Copies, so that the rest of what was read is not kept in memory for them. */
function entriesIn(
  { kv, layout, rawReads }: Place,
  segment: number,
  zones: readonly Range[],
): Promise<readonly KvPut[]> {
  return rawReads.take(async () => {
    const blocks = zones.map(({ from, to }) => ({ from: blockKey(from), to: blockKey(to) }));
    const ranges = [sessionRange, ...blocks];
    const { entries } = await kv.readRaw(layout.store(segment), { ranges });
    let at = 0;
    const asked = entries.filter(({ key }) => {
      const parsed = parseStoreKey(key);
      if (parsed?.kind !== 'block') return true;
      while ((zones[at]?.to ?? Number.POSITIVE_INFINITY) <= parsed.number) at += 1;
      return (zones[at]?.from ?? Number.POSITIVE_INFINITY) <= parsed.number;
    });
    return asked.map(({ key, value }) => ({ key: key.slice(), value: value.slice() }));
  });
}
