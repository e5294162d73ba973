import type { Filter } from '../../storage/zone-map.ts';
import fc from '../fast-check.ts';
import { record } from './log-stage.ts';

export interface Event {
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
}

/** The record of an event, as audit logs have them; at least `bytes` long. */
export const eventRecord = ({ type, time }: Event, bytes = 0): Uint8Array =>
  record(JSON.stringify({ specversion: '1.0', type, time, data: '.'.repeat(bytes) }));

const BASE_MS = Date.UTC(2026, 0, 1);

/** The same instant, as a clock `offsetHours` east of Greenwich shows it. */
export function timeAt(ms: number, offsetHours = 0): string {
  const local = new Date(BASE_MS + ms + offsetHours * 3_600_000).toISOString().slice(0, -1);
  if (offsetHours === 0) return `${local}Z`;
  const sign = offsetHours < 0 ? '-' : '+';
  return `${local}${sign}${String(Math.abs(offsetHours)).padStart(2, '0')}:00`;
}

const kinds = fc.constantFrom('a', 'b', 'c', 'rare', 'größer');

export const events: fc.Arbitrary<Event> = fc.record({
  type: kinds,
  time: fc
    .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -12, max: 14 }))
    .map(([ms, offset]) => timeAt(ms, offset)),
});

const instants = fc.integer({ min: -60, max: 60 }).map((ms) => BASE_MS + ms);

export const filters: fc.Arbitrary<Filter> = fc.record(
  { type: fc.oneof(kinds, fc.constant('none')), sinceMs: instants, untilMs: instants },
  { requiredKeys: [] },
);

export function isAskedFor({ type, time }: Event, filter: Filter): boolean {
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = filter;
  const atMs = Date.parse(time);
  return (filter.type ?? type) === type && atMs >= sinceMs && atMs < untilMs;
}
