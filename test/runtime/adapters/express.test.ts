import { expect, it } from 'vitest';
import { holdfast } from '../../../runtime/adapters/express.ts';
import type { InspectorPart } from '../../../runtime/inspected.ts';
import { inspector } from '../../../runtime/inspector/inspector.ts';
import { runtime, serving, token } from './mounting.fixture.ts';

/** As Express mounts it: what it does not answer goes on. */
async function mounted(part?: InspectorPart) {
  const middleware = holdfast(await runtime(part));
  return await serving((request, response) =>
    middleware(request, response, (error) => {
      response.writeHead(error === undefined ? 200 : 500).end('shop');
    }),
  );
}

it('the pages are there, and all else is the embedder’s', async () => {
  const get = await mounted();
  expect(await get('/livez')).toEqual([200, null, '']);
  expect(await get('/readyz?verbose')).toEqual([200, null, '']);
  expect(await get('/livez', { method: 'POST' })).toEqual([405, null, '']);
  for (const path of ['/', '//livez', '/%6civez', '/livez/', '/x?/livez']) {
    expect(await get(path)).toEqual([200, null, 'shop']);
  }
});

it('loopback does not do for more than probes: the token does', async () => {
  const get = await mounted();
  expect(await get('/metrics')).toEqual([401, null, '']);
  expect(await get('/metrics', { bearing: `${token}x` })).toEqual([401, null, '']);
  const [status, kind, body] = await get('/healthz', { bearing: token });
  expect([status, kind]).toEqual([200, 'application/health+json; charset=utf-8']);
  expect(JSON.parse(`${body}`)).toMatchObject({ serviceId: 'shop' });
  expect(await get('/metrics', { bearing: token, method: 'HEAD' })).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    '',
  ]);
});

it('a method that the web does not know goes on, and so does a failure', async () => {
  const middleware = holdfast({ fetch: () => Promise.reject(new Error('broken')) });
  const heard: unknown[] = [];
  const get = await serving((request, response) => {
    const next = (error?: unknown): void => {
      heard.push(error instanceof Error ? error.message : error);
      response.end();
    };
    if (request.url === '/livez?trace') request.method = 'TRACE';
    middleware(request, response, next);
  });
  await get('/livez?trace');
  await get('/livez');
  expect(heard).toEqual([undefined, 'broken']);
});

it('the inspector is there if the runtime has one', async () => {
  const none = await mounted();
  for (const path of ['/inspector', '/inspector/']) {
    expect(await none(path)).toEqual([200, null, 'shop']);
  }
  const get = await mounted(inspector({ token }));
  expect((await get('/inspector/')).slice(0, 2)).toEqual([200, 'text/html; charset=utf-8']);
  expect((await get('/inspector/gone.js')).slice(0, 2)).toEqual([404, 'application/json']);
  expect((await get('/inspector/audit')).slice(0, 2)).toEqual([401, 'application/json']);
  const bearing = { bearing: token };
  expect((await get('/inspector/audit?fromIndex=0', bearing)).slice(0, 2)).toEqual([
    ...[200, 'application/json'],
  ]);
});

it('what leads out of the inspector goes on, and is not answered as what it leads to', async () => {
  const asked: string[] = [];
  const fetch = async ({ url }: Request) => {
    asked.push(url);
    return new Response('page');
  };
  const targets = [
    '/inspector/../metrics',
    '/inspector/%2e%2E/metrics',
    '/inspector/a/../../livez',
  ];
  const left = [...targets, '/inspector/..%2fmetrics'];
  const get = await serving((request, response) => {
    request.url = left.shift() ?? '';
    holdfast({ fetch })(request, response, () => response.end('shop'));
  });
  for (const _ of targets) expect(await get('/')).toEqual([200, null, 'shop']);
  expect((await get('/'))[2]).toBe('page');
  expect(asked).toEqual(['http://mounted/inspector/..%2fmetrics']);
});
