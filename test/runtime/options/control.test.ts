import { describe, expect, it } from 'vitest';
import {
  type ControlMethod,
  controlParams,
  controlRequest,
} from '../../../runtime/options/control.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { refusalOf } from './refusal.ts';

const read = (given: unknown) => readOptions(controlRequest, 'request', given);
const params = (method: ControlMethod, given: unknown) =>
  readOptions<(typeof controlParams)[ControlMethod]>(controlParams[method], 'params', given);

describe('a request to the control socket', () => {
  it('is an id, a method, and what that takes', () => {
    expect(read({ id: 0, method: 'a' })).toEqual({ id: 0, method: 'a', params: {} });
    const request = { id: 'x', method: 'a', params: { b: [1] } };
    expect(read(request)).toEqual(request);
  });

  it.each([
    [[], 'TypeError: request must be an object, got an array'],
    [null, 'TypeError: request must be an object, got null'],
    [
      { method: 'a' },
      'TypeError: request.id must be a whole number, or a string of at most 64 characters, ' +
        'got undefined',
    ],
    [{ id: 1 }, 'TypeError: request.method must be a string of 1 to 64 characters, got undefined'],
    [
      { id: 1, method: 'a', params: [] },
      'TypeError: request.params must be an object, got an array',
    ],
    [{ id: 1, method: 'a', more: 1 }, 'TypeError: request.more is not an option'],
  ])('is refused if it is %o', (given, refused) => {
    expect(refusalOf(() => read(given))).toBe(refused);
  });
});

describe('what a method of the control socket takes', () => {
  it('is nothing, a range, or what is to be shredded', () => {
    const range = { type: 'a', since: '2026-01-01T00:00:00Z', fromIndex: 0, toIndex: 4 };
    expect([
      params('audit.verify', {}),
      params('audit.status', {}),
      params('audit.rotate', {}),
      params('audit.rotateKey', { reason: 'yearly' }),
      params('audit.read', range),
      params('audit.export', range),
      params('audit.export', { redact: ['data.a'] }),
      params('audit.tail', { fromIndex: 3 }),
      params('audit.shred', { before: 7, reason: 'old' }),
      params('audit.shred', { before: '2026-01-01T00:00:00+01:00', reason: 'old' }),
    ]).toEqual([
      {},
      {},
      {},
      { reason: 'yearly' },
      range,
      { ...range, redact: [] },
      { redact: ['data.a'] },
      { fromIndex: 3 },
      { before: 7, reason: 'old' },
      { before: '2026-01-01T00:00:00+01:00', reason: 'old' },
    ]);
  });

  it('is what is to be held, or no longer, and why', () => {
    expect([
      params('audit.hold', { name: 'case 7' }),
      params('audit.release', { name: 'case 7', reason: 'it is closed' }),
    ]).toEqual([
      { name: 'case 7', fromIndex: 0, reason: 'asked for' },
      { name: 'case 7', reason: 'it is closed' },
    ]);
  });

  it.each<[ControlMethod, unknown, string]>([
    ['audit.verify', { deep: true }, 'TypeError: params.deep is not an option'],
    [
      'audit.read',
      { since: 'yesterday' },
      'RangeError: params.since must be an RFC 3339 time, got "yesterday"',
    ],
    ['audit.read', { redact: [] }, 'TypeError: params.redact is not an option'],
    [
      'audit.tail',
      { fromIndex: -1 },
      'RangeError: params.fromIndex must be a whole number from 0 to 9007199254740991, got -1',
    ],
    [
      'audit.shred',
      { before: 3 },
      'TypeError: params.reason must be a string of 1 to 200 characters, got undefined',
    ],
    [
      'audit.shred',
      { before: 'soon', reason: 'old' },
      'RangeError: params.before must be an index or an RFC 3339 time, got "soon"',
    ],
  ])('of %s is not %o', (method, given, refused) => {
    expect(refusalOf(() => params(method, given))).toBe(refused);
  });
});
