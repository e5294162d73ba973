import { isDeepStrictEqual } from 'node:util';
import type { AuditGap, AuditLog, AuditRecord } from '../../runtime/audit.ts';

export type Read = AuditRecord | AuditGap;

/** What a reader asks for; times in milliseconds since 1970. */
export interface Asked {
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly type?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

export const ORDERS = ['order.placed', 'order.paid', 'order.sent'] as const;
const TYPES = [...ORDERS, 'breaker.isolated', 'audit.key.rotated', 'nobody.told'];

export async function readAll(
  log: AuditLog,
  { sinceMs, untilMs, ...range }: Partial<Asked> = {},
): Promise<readonly Read[]> {
  const since = sinceMs === undefined ? {} : { since: new Date(sinceMs) };
  const until = untilMs === undefined ? {} : { until: new Date(untilMs) };
  const found: Read[] = [];
  for await (const read of log.read({ ...range, ...since, ...until })) found.push(read);
  return found;
}

/** Somebody asks for a part of what a full reading gave. */
export function drawAsked(draw: () => number, full: readonly Read[]): Asked {
  const times = full.flatMap((read) => (read.kind === 'record' ? [timeOf(read)] : []));
  const size = full.reduce((end, read) => Math.max(end, endOf(read)), 0);
  const fromIndex = draw() < 0.3 ? Math.floor(draw() * size) : 0;
  const type = draw() < 0.7 ? TYPES[Math.floor(draw() * TYPES.length)] : undefined;
  const sinceMs = draw() < 0.5 ? times[Math.floor(draw() * times.length)] : undefined;
  const untilMs = draw() < 0.3 ? times[Math.floor(draw() * times.length)] : undefined;
  return {
    ...{ fromIndex, toIndex: size },
    ...(type === undefined ? {} : { type }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
}

/**
 * How a reading differs from the full one before it, or undefined. Either may have a gap where the
 * other has records: only then no more is said of these.
 */
export function differenceOf(
  full: readonly Read[],
  given: readonly Read[],
  asked: Asked,
): string | undefined {
  const [fullGaps, givenGaps] = [gapsIn(full), gapsIn(given)];
  const wanted = recordsIn(full).filter((each) => isAsked(each, asked) && !isIn(givenGaps, each));
  const had = recordsIn(given).filter((each) => !isIn(fullGaps, each));
  const at = wanted.findIndex((each, place) => !isDeepStrictEqual(each, had[place]));
  const place = at === -1 ? wanted.length : at;
  const [is, should] = [had[place], wanted[place]].map((each) => each?.index ?? 'the end');
  return is === should && at === -1 ? undefined : `${is} is read where ${should} is to be`;
}

/** A gap that only one of the two has, where nothing but a shredding could have come between. */
export function gapBetween(
  full: readonly Read[],
  given: readonly Read[],
  asked: Asked,
): string | undefined {
  const [fullGaps, givenGaps] = [gapsIn(full), gapsIn(given)];
  const isSame = (gap: AuditGap, others: readonly AuditGap[]) => {
    const end = Math.min(gap.to, asked.toIndex);
    let next = Math.max(gap.from, asked.fromIndex);
    for (const each of others) if (each.from <= next && each.to > next) next = each.to;
    return next >= end;
  };
  const lost = fullGaps.find((gap) => gap.because === 'shredded' && !isSame(gap, givenGaps));
  if (lost !== undefined) return `the gap from ${lost.from} is not told`;
  const found = givenGaps.find((gap) => gap.because !== 'shredded' && !isSame(gap, fullGaps));
  return found && `from ${found.from} to ${found.to} is ${found.because}, but can be read`;
}

function isAsked(record: AuditRecord, asked: Asked): boolean {
  const { fromIndex, toIndex, type = record.event.type } = asked;
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = asked;
  const atMs = timeOf(record);
  const isInRange = record.index >= fromIndex && record.index < toIndex;
  return isInRange && record.event.type === type && atMs >= sinceMs && atMs < untilMs;
}

const timeOf = ({ event }: AuditRecord): number => Date.parse(event.time);

const endOf = (read: Read): number => (read.kind === 'record' ? read.index + 1 : read.to);

export const recordsIn = (reads: readonly Read[]): readonly AuditRecord[] =>
  reads.flatMap((read) => (read.kind === 'record' ? [read] : []));

const gapsIn = (reads: readonly Read[]): readonly AuditGap[] =>
  reads.flatMap((read) => (read.kind === 'gap' ? [read] : []));

const isIn = (gaps: readonly AuditGap[], { index }: AuditRecord): boolean =>
  gaps.some(({ from, to }) => from <= index && index < to);
