import { describe, expect, it } from 'vitest';
import type { StoredRecord } from '../../storage/open-records.ts';
import {
  decodeZones,
  encodeZones,
  ZoneMaker,
  type ZoneMap,
  zonesFor,
} from '../../storage/zone-map.ts';
import fc from '../fast-check.ts';
import { type Event, eventRecord, events, filters, isAskedFor, timeAt } from './events.ts';

const nothing = new Uint8Array(0);

/** The map of a segment that begins at 10, of blocks of events; each at least `bytes` long. */
function mapOf(blocks: readonly (readonly Event[])[], bytes = 0): ZoneMap {
  const maker = new ZoneMaker();
  let index = 10;
  for (const block of blocks) {
    const first = index;
    for (const event of block) {
      const record = eventRecord(event, bytes);
      const stored: StoredRecord = { index, block: first, record, leaf: nothing, salt: nothing };
      maker.add(stored);
      index += 1;
    }
  }
  return maker.map;
}

const spans = (zones: readonly { from: number; to: number }[]): string[] =>
  zones.map(({ from, to }) => `${from}-${to}`);

const ofType = (type: string, ms = 0): Event => ({ type, time: timeAt(ms) });

const many = <Item>(count: number, item: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => item(at));

describe('a map of zones', () => {
  it('leaves out no zone with an event that is asked for, and few others', () => {
    const blocks = fc.array(fc.array(events, { minLength: 1, maxLength: 3 }), { maxLength: 12 });
    const check = fc.property(blocks, filters, (given, filter) => {
      const map = mapOf(given, 33_000);
      const asked = spans(zonesFor(map, filter));
      for (const [at, { from, to }] of map.zones.entries()) {
        const within = (given[at] ?? []).filter((event) => isAskedFor(event, filter));
        if (within.length > 0) expect(asked).toContain(`${from}-${to}`);
        if ((given[at] ?? []).every(({ type }) => (filter.type ?? type) !== type)) {
          expect(asked).not.toContain(`${from}-${to}`);
        }
      }
    });
    fc.assert(check);
  });

  it('goes by the instant of a time, wherever its clock stood', () => {
    const map = mapOf([[{ type: 'a', time: '2026-01-01T01:00:00+02:00' }]]);
    const beforeMs = Date.UTC(2025, 11, 31, 23);
    expect([
      zonesFor(map, { sinceMs: beforeMs }).length,
      zonesFor(map, { sinceMs: beforeMs + 1 }).length,
      zonesFor(map, { untilMs: beforeMs }).length,
      zonesFor(map, { untilMs: beforeMs + 1 }).length,
    ]).toEqual([1, 0, 0, 1]);
  });

  it('has one zone for each full block, and one for many small ones', () => {
    const full = many(3, () => many(256, () => ofType('a')));
    expect(spans(mapOf(full).zones)).toEqual(['10-266', '266-522', '522-778']);
    const large = many(3, () => [ofType('a')]);
    expect(spans(mapOf(large, 40_000).zones)).toEqual(['10-11', '11-12', '12-13']);
    const small = many(300, () => [ofType('a')]);
    expect(spans(mapOf(small).zones)).toEqual(['10-138', '138-266', '266-310']);
  });

  it('names 255 types, and knows of the others that there are some', () => {
    const map = mapOf(
      many(260, (at) => [ofType(`type ${at}`)]),
      33_000,
    );
    expect([map.types.length, map.types.at(-1)]).toEqual([255, 'type 254']);
    expect(spans(zonesFor(map, { type: 'type 254' }))).toEqual(['264-265']);
    const others = many(5, (at) => `${265 + at}-${266 + at}`);
    expect(spans(zonesFor(map, { type: 'type 257' }))).toEqual(others);
    expect(spans(zonesFor(map, { type: 'none' }))).toEqual(others);
  });

  it('is on the disk as FORMAT.md says', () => {
    const bytes = encodeZones(mapOf([[ofType('é', 1), ofType('b', 5)], [ofType('b')]], 33_000));
    const view = Buffer.from(bytes);
    const lengths = [view.readUInt32BE(0), view.readUInt32BE(4), view.readUInt32BE(10)];
    expect([...lengths, view.toString('utf8', 8, 10), view.toString('utf8', 14, 15)]).toEqual([
      2,
      2,
      1,
      'é',
      'b',
    ]);
    const rows = [15, 71].map((at) => [
      Number(view.readBigUInt64BE(at)),
      view.readDoubleBE(at + 8) - Date.UTC(2026, 0, 1),
      view.readDoubleBE(at + 16) - Date.UTC(2026, 0, 1),
      view.toString('hex', at + 24, at + 56),
    ]);
    expect([rows, view.length]).toEqual([
      [
        [10, 1, 5, `03${'00'.repeat(31)}`],
        [12, 0, 0, `02${'00'.repeat(31)}`],
      ],
      127,
    ]);
  });

  it('is read as it was written', () => {
    const blocks = fc.array(fc.array(events, { minLength: 1, maxLength: 3 }), { maxLength: 8 });
    const check = fc.property(blocks, (given) => {
      const { types, zones } = mapOf(given, 33_000);
      const read = decodeZones(encodeZones({ types, zones }), zones.at(-1)?.to ?? 10);
      const bare = zones.map(
        ({ bytes: _, ...zone }: (typeof zones)[number] & { bytes?: number }) => zone,
      );
      expect(read).toEqual({ types, zones: bare });
    });
    fc.assert(check);
  });
});
