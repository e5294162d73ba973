import { expect, it } from 'vitest';
import { empty, failed, filled, json, refused } from '../../../runtime/inspector/answers.ts';

const answers = [empty(204), filled('text/css', 'a'), json({}), refused('FAILED', 'a')];

it('no answer is kept, framed, sniffed, or shared with another site', () => {
  for (const { headers } of [...answers, failed('PEER_LOST', 'a')]) {
    expect(headers).toMatchObject({
      'Cache-Control': 'no-store',
      'Content-Security-Policy':
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "object-src 'none'",
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    expect(Object.keys(headers).filter((name) => /^access-control/i.test(name))).toEqual([]);
  }
});

it('a refusal is a code and words', () => {
  const { status, headers, body } = refused('TOKEN_WRONG', 'who are you', { Allow: 'GET' });
  expect([status, headers.Allow, headers['Content-Type']]).toEqual([
    401,
    'GET',
    'application/json',
  ]);
  expect(JSON.parse(`${body}`)).toEqual({ code: 'TOKEN_WRONG', message: 'who are you' });
  const later = failed('AUDIT_UNAVAILABLE', 'no log');
  expect([later.status, JSON.parse(`${later.body}`)]).toEqual([
    409,
    { code: 'AUDIT_UNAVAILABLE', message: 'no log' },
  ]);
});

it('what JSON leaves out is null', () => {
  expect(json(undefined).body).toBe('null');
});
