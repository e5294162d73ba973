import { expect, it } from 'vitest';
import { OriginCheck } from '../../../../runtime/inspector/site/origin.ts';
import { asking } from '../../endpoints/asked.fixture.ts';

const check = new OriginCheck(['Admin.example', '[2001:db8::1]']);
const isOwnHost = (host: string | readonly string[]) =>
  check.isOwnHost(asking('/inspector/', { host }));

it('it is asked for by a name of loopback, or by one that was allowed, and by no other', () => {
  const own = ['localhost', 'LOCALHOST:80', '127.0.0.1:9', '127.9.9.9', '[::1]:9'];
  const allowed = ['admin.example', 'ADMIN.example:8443', '[2001:db8::1]:9'];
  for (const host of [...own, ...allowed]) expect([host, isOwnHost(host)]).toEqual([host, true]);
  const led = ['rebound.example', 'localhost.evil.example', '127.0.0.1.evil.example', '0.0.0.0'];
  const odd = ['', 'admin.example:', 'admin.example@evil', 'x admin.example', '127.0.0.1:999999'];
  for (const host of [...led, ...odd]) expect([host, isOwnHost(host)]).toEqual([host, false]);
  expect([isOwnHost([]), isOwnHost(['localhost', 'localhost'])]).toEqual([false, false]);
});

it('a page that says where it is from is from here', () => {
  const isOwn = (headers: Record<string, string | string[]>) =>
    check.isOwnPage(asking('/', { host: '127.0.0.1:9', ...headers }));
  expect(isOwn({})).toBe(true);
  for (const site of ['same-origin', 'none']) expect(isOwn({ 'sec-fetch-site': site })).toBe(true);
  for (const site of ['cross-site', 'same-site', '', 'x']) {
    expect(isOwn({ 'sec-fetch-site': site })).toBe(false);
  }
  for (const origin of ['http://127.0.0.1:9', 'https://127.0.0.1:9']) {
    expect([origin, isOwn({ origin })]).toEqual([origin, true]);
  }
  const foreign = ['null', '', 'http://127.0.0.1', 'http://127.0.0.1:8', 'http://localhost:9'];
  for (const origin of [...foreign, 'ftp://127.0.0.1:9', 'http://127.0.0.1:9/', 'evil']) {
    expect([origin, isOwn({ origin })]).toEqual([origin, false]);
  }
  expect(isOwn({ origin: ['http://127.0.0.1:9', 'http://evil.example'] })).toBe(false);
});

it('a port that is left out is that of the scheme', () => {
  const headers = { host: 'admin.example:443', origin: 'https://admin.example' };
  expect(check.isOwnPage(asking('/', headers))).toBe(true);
});

it('who wants something says where it is from', () => {
  const headers = { host: 'localhost:9' };
  const origin = 'http://localhost:9';
  expect(check.isOwnWish(asking('/', { ...headers, origin }))).toBe(true);
  expect(check.isOwnWish(asking('/', headers))).toBe(false);
  expect(check.isOwnWish(asking('/', { ...headers, origin: [origin, origin] }))).toBe(false);
});
