import { describe, expect, it } from 'vitest';
import {
  appendOptions,
  auditOptions,
  readRange,
  shredOptions,
} from '../../../runtime/options/audit.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { refusalOf } from './refusal.ts';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;
const read = (given: unknown) => readOptions(auditOptions, 'audit', given);
const refusal = (given: unknown): string => refusalOf(() => read(given));

describe('the options of the audit log', () => {
  it('have defaults', () => {
    expect(read({})).toEqual({
      recordsPerCommitMax: 4_096,
      queueRecordsMax: 65_536,
      queueBytesMax: 64 * MIB,
      appendMs: 10_000,
      headMs: 1_000,
      healthMs: 30_000,
      segmentBytesMax: 64 * MIB,
      spoolBytesMax: 16 * MIB,
      ballastBytes: 12 * MIB,
      freeBytesMin: 64 * MIB,
      reopenMs: 30_000,
      replayMs: 60_000,
      retention: { ageMs: 90 * DAY_MS, bytesMax: 64 * 1024 * MIB, segmentsMax: 900 },
    });
  });

  it('may say a part of what is retained', () => {
    expect(read({ retention: { segmentsMax: 5 } }).retention).toEqual({
      ageMs: 90 * DAY_MS,
      bytesMax: 64 * 1024 * MIB,
      segmentsMax: 5,
    });
  });

  it('may be at either end of their ranges', () => {
    const least = {
      ...{ recordsPerCommitMax: 1, queueRecordsMax: 1, queueBytesMax: 65_536, appendMs: 10 },
      ...{ headMs: 10, healthMs: 10, segmentBytesMax: 65_536, spoolBytesMax: 0, ballastBytes: 0 },
      ...{ freeBytesMin: 0, reopenMs: 10, replayMs: 10 },
      retention: { ageMs: 1, bytesMax: MIB, segmentsMax: 1 },
    };
    const most = {
      ...{ recordsPerCommitMax: 4_096, queueRecordsMax: 1_000_000, queueBytesMax: 1_024 * MIB },
      ...{ appendMs: 600_000, headMs: 60_000, healthMs: 3_600_000, segmentBytesMax: 1_024 * MIB },
      ...{ spoolBytesMax: 1_024 * MIB, ballastBytes: 1_024 * MIB },
      ...{ freeBytesMin: Number.MAX_SAFE_INTEGER, reopenMs: 600_000, replayMs: 600_000 },
      retention: {
        ageMs: 100 * 365 * DAY_MS,
        bytesMax: Number.MAX_SAFE_INTEGER,
        segmentsMax: 1_000,
      },
    };
    expect([least, most].map(read)).toEqual([least, most]);
  });

  it.each([
    [{ appendMs: 9 }, 'RangeError: audit.appendMs'],
    [{ appendMs: '10' }, 'TypeError: audit.appendMs'],
    [{ queueRecordsMax: 1.5 }, 'RangeError: audit.queueRecordsMax'],
    [{ segmentBytesMax: 65_535 }, 'RangeError: audit.segmentBytesMax'],
    [{ retention: { segmentsMax: 1_001 } }, 'RangeError: audit.retention.segmentsMax'],
    [{ retention: { days: 5 } }, 'TypeError: audit.retention.days is not an option'],
    [{ retention: 90 }, 'TypeError: audit.retention must be an object'],
    [{ retain: 90 }, 'TypeError: audit.retain is not an option'],
    [null, 'TypeError: audit must be an object'],
  ])('may not be %o', (given, because) => {
    expect(refusal(given)).toContain(because);
  });
});

describe('what an append takes beside its event', () => {
  it('is to wait, unless it says otherwise', () => {
    const { signal } = new AbortController();
    const given = [{}, { policy: 'closed' }, { policy: 'open', signal }];
    expect(given.map((each) => readOptions(appendOptions, 'append', each))).toEqual([
      { policy: 'spool' },
      { policy: 'closed' },
      { policy: 'open', signal },
    ]);
  });
});

describe('the range of a reading', () => {
  it('has its times in milliseconds', () => {
    const given = {
      ...{ type: 'order.placed', subject: 'orders/7', fromIndex: 0, toIndex: 9 },
      ...{ since: '2026-05-01T12:00:00+02:00', until: new Date(5) },
    };
    expect(readOptions(readRange, 'read', given)).toEqual({
      ...given,
      since: Date.UTC(2026, 4, 1, 10),
      until: 5,
    });
  });

  it.each([
    [{ since: '2026-05-01' }, 'RangeError: read.since must be a Date or an RFC 3339 time'],
    [{ until: new Date(Number.NaN) }, 'read.until must be a Date or an RFC 3339 time'],
    [{ type: 'x'.repeat(201) }, 'RangeError: read.type must be a string of 1 to 200 characters'],
    [{ toIndex: 1.5 }, 'RangeError: read.toIndex'],
  ])('may not be %o', (given, because) => {
    expect(refusalOf(() => readOptions(readRange, 'read', given))).toContain(because);
  });
});

describe('what a shredding takes', () => {
  it('is an index or a time, and a reason', () => {
    const given = [{ before: 7 }, { before: new Date(5), reason: 'asked by a customer' }];
    expect(given.map((each) => readOptions(shredOptions, 'shred', each))).toEqual([
      { before: 7, reason: 'asked for' },
      { before: 5, reason: 'asked by a customer' },
    ]);
  });

  it.each([1.5, 'soon', null, undefined])('may not be before %o', (before) => {
    expect(refusalOf(() => readOptions(shredOptions, 'shred', { before }))).toContain(
      'Error: shred.before must be an index, a Date, or an RFC 3339 time',
    );
  });

  it('may not be before the first index', () => {
    expect(refusalOf(() => readOptions(shredOptions, 'shred', { before: -1 }))).toBe(
      'RangeError: shred.before must be a whole number from 0 to 9007199254740991, got -1',
    );
  });
});
