import { describe, expect, it } from 'vitest';
import { Access, isFromHere } from '../../../runtime/endpoints/access.ts';
import { sha256, text } from '../../../storage/bytes.ts';
import { Secret } from '../../../storage/secret.ts';
import { asking } from './asked.fixture.ts';

const TOKEN = 'correct.horse.battery';
const access = (token = TOKEN) =>
  new Access(new Uint8Array(32).fill(1), Secret.of(sha256(text(token))));
const bearing = (...authorization: string[]) => asking('/metrics', { authorization });

describe('who bears the token', () => {
  it('is let in, however the scheme is spelled', () => {
    const said = [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER ${TOKEN}`];
    expect(said.map((each) => access().isBearer(bearing(each)))).toEqual([true, true, true]);
  });

  const wrong: Readonly<Record<string, readonly string[]>> = {
    nothing: [],
    'an empty header': [''],
    'another token': [`Bearer ${TOKEN.slice(0, -1)}Y`],
    'the beginning of it': [`Bearer ${TOKEN.slice(0, -1)}`],
    'more than it': [`Bearer ${TOKEN}x`],
    'it in capitals': [`Bearer ${TOKEN.toUpperCase()}`],
    'it alone': [TOKEN],
    'it as a password': [`Basic ${TOKEN}`],
    'it after two spaces': [`Bearer  ${TOKEN}`],
    'it in two headers': [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`],
    'it in a list': [`Bearer ${TOKEN}, Bearer ${TOKEN}`],
    'a megabyte': [`Bearer ${'x'.repeat(1_000_000)}`],
  };
  for (const [what, given] of Object.entries(wrong)) {
    it(`is not who bears ${what}`, () => {
      expect(access().isBearer(bearing(...given))).toBe(false);
    });
  }

  it('is nobody if there is no token, not even who bears none', () => {
    const closed = new Access(new Uint8Array(32), undefined);
    expect(
      [bearing(), bearing('Bearer '), bearing('')].map((each) => closed.isBearer(each)),
    ).toEqual([false, false, false]);
  });
});

describe('who asks from this machine', () => {
  const here = (headers: Record<string, string | string[]>, at = '127.0.0.1', from = '127.0.0.1') =>
    isFromHere(asking('/metrics', headers), at, from);

  it('is who reaches loopback over loopback, and says nothing else', () => {
    expect(here({})).toBe(true);
    expect(here({ host: '127.0.0.1:9000' })).toBe(true);
    expect(here({ host: 'localhost' })).toBe(true);
    expect(here({ host: '[::1]:9000', 'sec-fetch-site': 'none' }, '::1', '::1')).toBe(true);
  });

  it('is nobody where the listener can be reached by others', () => {
    expect(here({}, '0.0.0.0')).toBe(false);
    expect(here({}, '10.0.0.1')).toBe(false);
    expect(here({}, '127.0.0.1', '10.0.0.1')).toBe(false);
  });

  it('is no page of a browser that was led here', () => {
    const led = [
      { host: 'evil.example' },
      { host: '127.0.0.1.evil.example' },
      { host: 'localhost.evil.example' },
      { host: 'evil.example:80@127.0.0.1' },
      { host: ['127.0.0.1', 'evil.example'] },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': ['none', 'cross-site'] },
    ];
    expect(led.map((headers) => here(headers))).toEqual(led.map(() => false));
  });

  it('is nobody that a proxy speaks for', () => {
    const named = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'x-forwarded-host'];
    expect(named.map((name) => here({ [name]: '127.0.0.1' }))).toEqual(named.map(() => false));
  });
});
