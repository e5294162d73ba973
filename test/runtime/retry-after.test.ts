import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../../runtime/errors.ts';
import { retryAfterMs } from '../../runtime/retry-after.ts';

/** Wed, 21 Oct 2026 07:28:00 GMT. */
const NOW_MS = Date.UTC(2026, 9, 21, 7, 28, 0);

const withHeader = (value: unknown) => ({ headers: { 'retry-after': value } });

const busy = { status: 503, headers: { 'Retry-After': '6' } };

const touchy = (): never => {
  throw new Error('do not look');
};

describe('how long the other side asks to be left alone', () => {
  it.each([
    ['the error', Object.assign(new Error('busy'), { retryAfterMs: 1_500 }), 1_500],
    ['no time at all', { retryAfterMs: 0 }, 0],
    ['a refusal', new HoldfastError('BREAKER_OPEN', 'open', { retryAfterMs: 250 }), 250],
    ['the error before its details', { retryAfterMs: 1, details: { retryAfterMs: 2 } }, 1],
    ['the error before its headers', { retryAfterMs: 1, ...withHeader('7') }, 1],
    ['headers of the error', withHeader('120'), 120_000],
    ['headers with get', { headers: new Headers({ 'Retry-After': '120' }) }, 120_000],
    ['headers in a map', { headers: new Map([['retry-after', '120']]) }, 120_000],
    ['headers of its response', { response: withHeader('3') }, 3_000],
    ['headers of its cause', new Error('busy', { cause: withHeader('4') }), 4_000],
    [
      'an answer that was called a failure',
      new HoldfastError('CALL_REJECTED', '', {}, { cause: new Response('', busy) }),
      6_000,
    ],
    ['itself before its response', { ...withHeader('1'), response: withHeader('2') }, 1_000],
    ['its response before its cause', { response: withHeader('2'), cause: withHeader('3') }, 2_000],
    ['its cause, if its response does not', { response: {}, cause: withHeader('3') }, 3_000],
    ['a header with blanks around it', withHeader(' 5\t'), 5_000],
  ])('is said by %s', (_who, error, ms) => {
    expect(retryAfterMs(error, NOW_MS)).toBe(ms);
  });

  it.each([
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Thu, 22 Oct 2026 07:28:00 GMT', 86_400_000],
    ['Wednesday, 21-Oct-26 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 0],
    ['Tue, 20 Oct 2026 07:28:00 GMT', 0],
  ])('may be a date, as the wall clock has it: %s', (date, ms) => {
    expect(retryAfterMs(withHeader(date), NOW_MS)).toBe(ms);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'retry-after: 5'],
    ['a plain error', new Error('down')],
    ['a time before now', { retryAfterMs: -1 }],
    ['no number', { retryAfterMs: Number.NaN }],
    ['text for a number', { retryAfterMs: '5' }],
    ['headers without it', { headers: { date: 'now' } }],
    ['headers that are none', { headers: 'retry-after: 5' }],
    ['headers that get it wrong', { headers: { get: () => 7 } }],
    ['a header that is no text', withHeader(['5'])],
    ['an empty header', withHeader('')],
    ['a header that says when, but not how long', withHeader('soon')],
    ['an error that throws when it is looked at', new Proxy({}, { get: touchy })],
    ['headers that throw', { headers: { get: touchy } }],
  ])('is not said by %s', (_what, error) => {
    expect(retryAfterMs(error, NOW_MS)).toBeUndefined();
  });
});
