import { describe, expect, it } from 'vitest';
import { isSecretName, maskName, maskSecrets } from '../../runtime/masking.ts';
import fc from '../fast-check.ts';

const hex = '0123456789abcdef'.repeat(2);
const base64 = Buffer.from(hex).toString('base64').replaceAll('=', '');
const word = 'hunter2';
/** In two parts, so that nobody who looks for leaked tokens finds these. */
const token = (prefix: string, rest = 'a1b2c3d4e5f6g7h8i9j0'): string => prefix + rest;
const pem = (...lines: string[]): string =>
  ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----'].join('\n');

describe('text with a secret in it', () => {
  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: [secret]'],
    ['sent Bearer abc-def, got 401', 'sent Bearer [secret], got 401'],
    ['sent Basic dXNlcjpwYXNz', 'sent Basic [secret]'],
    ['Cookie: a=b; c=d\nHost: x', 'Cookie: [secret]\nHost: x'],
    [`jwt ${token('eyJhbGciOi', 'J9.eyJzdWIi.c2ln')} expired`, 'jwt [secret] expired'],
    [`bad key ${pem('MIIE', 'abc')} in file`, 'bad key [secret] in file'],
    ['-----BEGIN PRIVATE KEY-----\nMII', '[secret]'],
    ['postgres://me:pa:ss@db:5432/x refused', 'postgres://[secret]@db:5432/x refused'],
    ['amqp://me:pa/ss@mq/x refused', 'amqp://[secret]@mq/x refused'],
    [`https://${word}@host/x`, 'https://[secret]@host/x'],
    ['GET /a?b=1&token=xyz&c=2', 'GET /a?b=1&token=[secret]&c=2'],
    ['https://h/a?X-Amz-Signature=xyz', 'https://h/a?X-Amz-Signature=[secret]'],
    ['next=%2Fcb%3Ftoken%3Dxyz', 'next=%2Fcb%3Ftoken%3D[secret]'],
    [`password=${word}; host=a`, 'password=[secret]; host=a'],
    ['{"apiKey":"a \\"b\\" c","n":1}', '{"apiKey":"[secret]","n":1}'],
    ['{\\"secret\\":\\"abc\\",\\"n\\":1}', '{\\"secret\\":\\"[secret]",\\"n\\":1}'],
    ['client_secret: abc', 'client_secret: [secret]'],
    ['password => "two words"', 'password => "[secret]"'],
    [`id ${token('AKIA', 'ABCDEFGHIJKLMNOP')}`, 'id [secret]'],
    [`push with ${token('ghp_')}`, 'push with [secret]'],
    [`charge with ${token('sk_live_')}`, 'charge with [secret]'],
    [`post with ${token('xoxb-')}`, 'post with [secret]'],
    [`hash ${hex} seen`, 'hash [secret] seen'],
    [`blob ${base64}== seen`, 'blob [secret] seen'],
    ['card 4111 1111 1111 1111 declined', 'card [secret] declined'],
    ['order 42 4111-1111-1111-1111', 'order 42 [secret]'],
  ])('is told without it (%#)', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    'connect ECONNREFUSED 127.0.0.1:5432',
    "ENOENT: no such file or directory, open '/usr/local/lib/node_modules/some/deep/folder'",
    'Unexpected token < in JSON at position 0',
    'basic authentication is required, no bearer token was sent',
    'https://example.com:8080/orders/17?page=2#end',
    'token: undefined',
    '"prices" did not settle within 250 ms',
    'of 1767225600000, id 123e4567-e89b-12d3-a456-426614174000',
    'pool/eu-west-1/workers/mailer-0001/retrier-0002 has ended',
    '',
  ])('is told as it is if it has none: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('is masked no further when it is masked again', () => {
    const once = maskSecrets(`password=${word} Bearer ${word} https://a:b@c ${hex} key="x y"`);
    expect(maskSecrets(once)).toBe(once);
  });

  it('is looked at for 8,192 characters, up to the last whole word', () => {
    const text = `${'word '.repeat(1_636)}here ${token('ghp_')} ${'x'.repeat(100)}`;
    expect(maskSecrets(text)).toBe(
      `${'word '.repeat(1_636)}here [cut ${text.length - 8_184} chars]`,
    );
  });

  it('costs a bounded number of steps, whatever it repeats', () => {
    const hostile = [
      '://',
      'eyJ',
      'bearer ',
      'basic a',
      '-----BEGIN ',
      'token=',
      '=',
      ':',
      '4 ',
      '4',
    ];
    const tails = ['"', "\\'", ' ', '@', '{', 'aB3/', 'ghp_', '0123456789abcde-', '%3D', 'key\\'];
    const begin = process.cpuUsage();
    for (const unit of [...hostile, ...tails, ...hostile.flatMap((a) => tails.map((b) => a + b))]) {
      maskSecrets(unit.repeat(8_000).slice(0, 8_190));
    }
    // 120 texts; one that took quadratic time would take more than all of this alone.
    expect(process.cpuUsage(begin).user / 1_000).toBeLessThan(5_000);
  });

  it('never makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(typeof maskSecrets(text)).toBe('string');
      }),
    );
  });
});

describe('what is addressed by a name', () => {
  it('keeps a name that may be an id, and no more', () => {
    const names = [`sessions/${hex}`, `users/${base64}`, `db/postgres://a:b@c`, token('q/ghp_')];
    expect(names.map(maskName)).toEqual([
      `sessions/${hex}`,
      `users/${base64}`,
      'db/postgres://[secret]@c',
      'q/[secret]',
    ]);
  });
});

describe('the name of a secret', () => {
  it('is known however it is written', () => {
    const names = [
      'password',
      'DB_PASSWORD',
      'x-api-key',
      'apiKey',
      'Set-Cookie',
      'sig',
      'authToken',
    ];
    expect(names.filter((name) => !isSecretName(name))).toEqual([]);
  });

  it('is not that of everything', () => {
    const names = [
      'message',
      'because',
      'monkey',
      'design',
      'keyboard',
      'author',
      'spinning',
      'code',
    ];
    expect(names.filter(isSecretName)).toEqual([]);
  });
});
