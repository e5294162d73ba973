import { describe, expect, it } from 'vitest';
import { type AuditEvent, recordOf } from '../../runtime/audit-event.ts';
import { RECORD_BYTES_MAX } from '../../storage/block.ts';
import fc from '../fast-check.ts';
import { refusalOf } from './options/refusal.ts';

const filled = { id: 'boot-1', source: 'holdfast/orders', time: '2026-05-01T12:00:00.000Z' };
const read = (event: AuditEvent): unknown =>
  JSON.parse(Buffer.from(recordOf(event, filled)).toString());
const refused = (event: unknown): string => refusalOf(() => recordOf(event as AuditEvent, filled));
const withData = (data: unknown): string => refused({ type: 'order.placed', data });

const cyclic: Record<string, unknown> = { lines: [] };
cyclic.lines = [{ order: cyclic }];

const twice = { a: 1 };

const nested = (levels: number): unknown => {
  let inner: unknown = 'core';
  for (let level = 0; level < levels; level++) inner = { inner };
  return inner;
};

describe('an event as a record', () => {
  it('is a CloudEvents record, with what the embedder left out filled in', () => {
    expect(read({ type: 'order.placed' })).toEqual({
      specversion: '1.0',
      ...filled,
      type: 'order.placed',
    });
  });

  it('keeps any well-formed text, whatever of it JSON must escape', () => {
    const unit = fc.oneof(
      fc.constantFrom('"', '\\', '\n', '\0', '\u007f', '\u2028', '😀'),
      fc.string(),
    );
    const text = fc.string({ unit, minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        text.filter((made) => made !== '' && made.length <= 1_024),
        (made) => {
          const event = { type: made, subject: made, causationid: made, traceparent: made };
          expect(read(event)).toEqual({ specversion: '1.0', ...filled, ...event });
        },
      ),
    );
  });

  it('keeps all that the embedder said', () => {
    const event = {
      type: 'order.placed',
      subject: 'orders/7',
      data: { total: 12.5 },
      causationid: 'boot-0',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      time: '2026-05-01T14:00:00+02:00',
    };
    expect(read(event)).toEqual({ specversion: '1.0', ...filled, ...event });
  });

  it.each([
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['what says itself how it is told', { at: { toJSON: () => [1] } }, { at: [1] }],
    ['fields that are undefined', { a: 1, b: undefined }, { a: 1 }],
    ['null', null, null],
    ['one object twice', [twice, twice], [{ a: 1 }, { a: 1 }]],
    ['64 levels', nested(64), nested(64)],
    ['text beyond the basic plane', '🦀', '🦀'],
  ])('takes %s', (_, data, kept) => {
    expect(read({ type: 'order.placed', data })).toMatchObject({ data: kept });
  });

  it('comes back as it went in, if it is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (data) => {
        const text = JSON.stringify(data);
        fc.pre(text.isWellFormed() && !/\\ud[89a-f]/i.test(text) && text.length < 10_000);
        const back = read({ type: 'order.placed', data }) as { data: unknown };
        expect(JSON.stringify(back.data)).toBe(text);
      }),
    );
  });

  it.each([
    [undefined, 'TypeError: event must be an object, got undefined'],
    [null, 'TypeError: event must be an object, got null'],
    [[], 'TypeError: event must be an object, got object'],
    ['order.placed', 'TypeError: event must be an object, got string'],
    [{}, 'TypeError: event.type is missing'],
    [{ type: undefined }, 'TypeError: event.type is missing'],
    [{ type: 7 }, 'TypeError: event.type must be a string, got number'],
    [{ type: '' }, 'RangeError: event.type must have 1 to 1024 characters, got 0'],
    [
      { type: 'x'.repeat(1_025) },
      'RangeError: event.type must have 1 to 1024 characters, got 1025',
    ],
    [{ type: 'a', subject: null }, 'TypeError: event.subject must be a string, got null'],
    [{ type: 'a', id: 'mine' }, 'TypeError: event.id is no field of an event'],
    [{ type: 'a', dta: 1 }, 'TypeError: event.dta is no field of an event'],
    [
      { type: 'a', subject: '\ud800' },
      'TypeError: event.subject must be well-formed Unicode: it has half of a surrogate pair',
    ],
    ...[
      'now',
      '1',
      '2026-05-01',
      '2026-05-01T12:00:00',
      '2026-13-01T12:00:00Z',
      '2026-02-31T00:00:00Z',
    ].map(
      (time) => [{ type: 'a', time }, 'RangeError: event.time must be an RFC 3339 time'] as const,
    ),
  ] as readonly (readonly [unknown, string])[])(
    'is refused for %o, by the field',
    (event, because) => {
      expect(refused(event)).toBe(because);
    },
  );

  it('is refused if it would pass for a fact of the runtime', () => {
    expect(() => recordOf({ type: 'audit.gap' }, filled)).toThrow(
      expect.objectContaining({
        code: 'EVENT_REFUSED',
        details: { field: 'event.type', type: 'audit.gap' },
        message: "event.type must not begin with 'audit.', which is reserved for facts",
      }),
    );
  });

  it.each([
    [cyclic, 'event.data.lines[0].order is cyclic'],
    [{ total: 5n }, 'event.data.total must be plain JSON, got a bigint'],
    [[0, Number.NaN], 'event.data[1] must be a finite number, got NaN'],
    [{ a: { b: Infinity } }, 'event.data.a.b must be a finite number, got Infinity'],
    [{ call: () => 1 }, 'event.data.call must be plain JSON, got a function'],
    [Symbol('s'), 'event.data must be plain JSON, got a symbol'],
    [[undefined], 'event.data[0] must be plain JSON, got undefined'],
    [Array.from({ length: 2 }), 'event.data[0] must be plain JSON, got undefined'],
    [new Array(2), 'event.data[0] must be plain JSON, got undefined'],
    [{ at: new Date(Number.NaN) }, 'event.data.at must be a valid Date'],
    [{ seen: new Map() }, 'event.data.seen must be plain JSON, got a Map'],
    [{ error: new Error('x') }, 'event.data.error must be plain JSON, got a Error'],
    ['\udc00', 'event.data must be well-formed Unicode: it has half of a surrogate pair'],
    [{ '\ud800': 1 }, 'event.data must be well-formed Unicode: it has half of a surrogate pair'],
    [nested(65), `event.data${'.inner'.repeat(64)} is nested deeper than 64 levels`],
  ])('is refused for data that would not come back (%#), by the field', (data, because) => {
    expect(withData(data)).toBe(`TypeError: ${because}`);
  });

  it.each([
    ['text', [], 'x'.repeat(RECORD_BYTES_MAX), 4],
    ['a list', [], Array.from({ length: RECORD_BYTES_MAX }, () => 1), 1],
    ['text behind a date', [new Date(0)], 'x'.repeat(RECORD_BYTES_MAX), 30],
    ['bytes', [], Buffer.alloc(RECORD_BYTES_MAX), 2],
  ])('is refused as too large before all of it is looked at: %s', (_, first, large, rest) => {
    const bytes = RECORD_BYTES_MAX + rest;
    let looked = 0;
    const look = () => {
      looked += 1;
    };
    const later = Object.defineProperty([...first, large, 0], `${first.length + 1}`, { get: look });
    if (large instanceof Buffer) Object.assign(large, { toJSON: look });
    expect(() => recordOf({ type: 'a', data: later }, filled)).toThrow(
      expect.objectContaining({
        code: 'AUDIT_RECORD_TOO_LARGE',
        message: `the record has at least ${bytes} bytes, of at most ${RECORD_BYTES_MAX}`,
        details: { bytes },
      }),
    );
    expect(looked).toBe(0);
  });

  it('may have as many bytes as a record may, and not one more', () => {
    const rest = recordOf({ type: 'a', data: '' }, filled).length;
    const data = 'x'.repeat(RECORD_BYTES_MAX - rest);
    expect(recordOf({ type: 'a', data }, filled).length).toBe(RECORD_BYTES_MAX);
    expect(() => recordOf({ type: 'a', data: `${data}x` }, filled)).toThrow(
      expect.objectContaining({
        code: 'AUDIT_RECORD_TOO_LARGE',
        details: { bytes: RECORD_BYTES_MAX + 1 },
        message: `the record has ${RECORD_BYTES_MAX + 1} bytes, of at most ${RECORD_BYTES_MAX}`,
      }),
    );
  });
});
