import { describe, expect, it } from 'vitest';
import type { AuditGap, AuditRecord } from '../../runtime/audit.ts';
import { redactFields } from '../../runtime/field-redaction.ts';

const recordWith = (data: unknown): AuditRecord => ({
  kind: 'record',
  index: 4,
  leafHash: 'ab',
  event: {
    specversion: '1.0',
    id: 'x-1',
    source: 'holdfast/orders',
    type: 'order.placed',
    subject: 'order/7',
    time: '2026-01-01T00:00:00.000Z',
    data,
  },
});

const dataAfter = (data: unknown, ...paths: readonly string[]): unknown => {
  const read = redactFields(recordWith(data), paths);
  return read.kind === 'record' ? read.event.data : read;
};

describe('the redaction of fields', () => {
  it('leaves all but the named fields as they were', () => {
    const before = recordWith({ card: { number: '4111', month: 7 }, total: 3 });
    const after = redactFields(before, ['data.card.number', 'subject']);
    const { event } = recordWith({ card: { number: '[redacted]', month: 7 }, total: 3 });
    expect(after).toEqual({ ...before, event: { ...event, subject: '[redacted]' } });
    expect(before.event.data).toEqual({ card: { number: '4111', month: 7 }, total: 3 });
  });

  it('takes the place of whatever the field held', () => {
    const data = { a: { b: 1 }, c: [1, 2], d: null, e: false };
    expect(dataAfter(data, 'data.a', 'data.c', 'data.d', 'data.e')).toEqual({
      a: '[redacted]',
      c: '[redacted]',
      d: '[redacted]',
      e: '[redacted]',
    });
    expect(dataAfter(data, 'data')).toBe('[redacted]');
  });

  it('makes up no field that is not there', () => {
    const data = { a: 'text', list: [1] };
    expect(dataAfter(data, 'data.b', 'data.a.length', 'data.list.0', 'data.toString')).toEqual(
      data,
    );
  });

  it('goes into every entry of a list', () => {
    const data = { people: [{ name: 'a', age: 1 }, [{ name: 'b' }], 'c'] };
    expect(dataAfter(data, 'data.people.name')).toEqual({
      people: [{ name: '[redacted]', age: 1 }, [{ name: '[redacted]' }], 'c'],
    });
  });

  it('finds fields with dots in their names', () => {
    const data = { 'a.b': { c: 1 }, a: { b: 2, 'b.c': 3 } };
    expect(dataAfter(data, 'data.a.b.c')).toEqual({
      'a.b': { c: '[redacted]' },
      a: { b: 2, 'b.c': '[redacted]' },
    });
  });

  it('finds a field that is named as a prototype', () => {
    const data: unknown = JSON.parse('{ "__proto__": { "a": 1 } }');
    expect(JSON.stringify(dataAfter(data, 'data.__proto__.a'))).toBe(
      '{"__proto__":{"a":"[redacted]"}}',
    );
  });

  it('leaves gaps as they are', () => {
    const gap: AuditGap = { kind: 'gap', from: 0, to: 4, because: 'shredded' };
    expect(redactFields(gap, ['because'])).toBe(gap);
  });
});
