import { expect, it } from 'vitest';
import type { Answer } from '../../../../actors/http.ts';
import { HoldfastError } from '../../../../runtime/errors.ts';
import { json } from '../../../../runtime/inspector/answers.ts';
import { Sessions } from '../../../../runtime/inspector/site/sessions.ts';
import { type Page, Site } from '../../../../runtime/inspector/site/site.ts';
import { simWorld } from '../../../../runtime/sim/world.ts';
import { asking } from '../../endpoints/asked.fixture.ts';

const view = 'correct.horse.battery';
const origin = 'http://localhost:9';
type Headers = Record<string, string>;

function stage() {
  const { clock, random } = simWorld({ seed: 1 });
  const stream = random.stream('inspector');
  const draw = (length: number): Uint8Array => stream.bytes(length);
  const sessions = new Sessions(draw, clock, { view, control: undefined });
  const logged: unknown[] = [];
  const fail = (error: Error) => (): never => {
    throw error;
  };
  const pages = new Map<string, Page>([
    ['seen', { method: 'GET', answer: (query, { grant }) => json([query.get('a'), grant]) }],
    ['done', { method: 'POST', answer: async () => json('done') }],
    ['odd', { method: 'GET', answer: fail(new RangeError('a must be token=hunter2')) }],
    ['lost', { method: 'GET', answer: fail(new HoldfastError('PEER_LOST', 'it left')) }],
    ['broken', { method: 'GET', answer: async () => fail(new Error('hunter2'))() }],
  ]);
  const log = { error: (...line: unknown[]) => void logged.push(line) };
  const site = new Site({ sessions, hosts: ['admin.example'], pages, log });
  const ask = async (path: string, headers: Headers = {}, method = 'GET') => {
    const all = { host: 'localhost:9', ...headers };
    const answer: Answer = await site.answer(asking(`/inspector${path}`, all, method));
    const { body } = answer;
    const text = typeof body === 'string' ? body : Buffer.from(Object(body)).toString();
    const said = answer.headers['Content-Type'] === 'application/json' ? JSON.parse(text) : text;
    return { ...answer, body: said };
  };
  return { ask, logged };
}

const bearing = { authorization: `Bearer ${view}` };

it('it is at one place, to which whoever leaves out the last stroke is led', async () => {
  const { ask } = stage();
  const led = await ask('?a=b');
  expect([led.status, led.headers.Location]).toEqual([308, 'inspector/?a=b']);
  expect(await ask('/')).toMatchObject({
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
  });
  expect(await ask('/', {}, 'PUT')).toMatchObject({ status: 405, headers: { Allow: 'GET, HEAD' } });
  expect(await ask('/gone')).toMatchObject({ status: 404, body: { code: 'NOT_THERE' } });
});

it('what is asked for twice is answered not at all', async () => {
  const { ask } = stage();
  for (const asked of ['/seen?a=b&a=c', '/seen?a=b&%61=b', '/seen?a&b&a']) {
    expect(await ask(asked, bearing)).toMatchObject({
      status: 400,
      body: { code: 'ASKED_WRONGLY', message: 'a is asked for more than once' },
    });
  }
});

it('the page is for anybody, and what it shows for who has shown the token', async () => {
  const { ask } = stage();
  expect(await ask('/seen?a=b')).toMatchObject({ status: 401, body: { code: 'TOKEN_WRONG' } });
  expect((await ask('/seen?a=b', bearing)).body).toEqual(['b', 'view']);
  const entering = await ask('/session', { ...bearing, origin }, 'POST');
  expect([entering.status, entering.body]).toEqual([204, '']);
  const [cookie = ''] = `${entering.headers['Set-Cookie']}`.split(';');
  expect((await ask('/seen', { cookie })).body).toEqual([null, 'view']);
  const wrong = { authorization: 'Bearer wrong', origin };
  expect(await ask('/session', wrong, 'POST')).toMatchObject({ status: 401 });
  expect(await ask('/session', { ...bearing, origin })).toMatchObject({ status: 405 });
});

it('nobody is heard who comes by another name, or from another site', async () => {
  const { ask } = stage();
  for (const path of ['', '/', '/page.js', '/seen', '/session', '/gone']) {
    expect(await ask(path, { ...bearing, host: 'rebound.example' })).toMatchObject({
      status: 421,
      body: { code: 'HOST_UNKNOWN' },
    });
    for (const from of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const body = { code: 'ORIGIN_FOREIGN' };
      expect(await ask(path, { ...bearing, ...from })).toMatchObject({ status: 403, body });
    }
  }
  expect((await ask('/seen', { ...bearing, host: 'admin.example' })).status).toBe(200);
});

it('what does something is asked for by POST, by a page that says it is from here', async () => {
  const { ask } = stage();
  expect((await ask('/done', { ...bearing, origin }, 'POST')).body).toBe('done');
  expect((await ask('/done', bearing, 'POST')).status).toBe(403);
  expect((await ask('/done', { ...bearing, origin })).status).toBe(405);
  expect((await ask('/seen', { ...bearing, origin }, 'POST')).status).toBe(405);
  expect((await ask('/seen', bearing, 'HEAD')).status).toBe(405);
});

it('what goes wrong is said in our words', async () => {
  const { ask, logged } = stage();
  expect(await ask('/odd', bearing)).toMatchObject({
    status: 400,
    body: { code: 'ASKED_WRONGLY', message: 'a must be token=[secret]' },
  });
  expect(await ask('/lost', bearing)).toMatchObject({ status: 409, body: { code: 'PEER_LOST' } });
  expect(logged).toEqual([]);
  expect(await ask('/broken', bearing)).toMatchObject({
    status: 500,
    body: { code: 'FAILED', message: 'it could not be answered: see the log' },
  });
  expect(logged.length).toBe(1);
});

it('what is longer than an address is not read', async () => {
  const { ask } = stage();
  const long = await ask(`/seen?a=${'x'.repeat(8_192)}`, bearing);
  expect([long.status, long.body.code]).toEqual([414, 'TARGET_TOO_LONG']);
});
