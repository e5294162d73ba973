import type { RequestListener, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { holdfast, type Routed } from '../../../runtime/adapters/fastify.ts';
import { inspector } from '../../../runtime/inspector/inspector.ts';
import { runtime, serving, token } from './mounting.fixture.ts';

type Route = Parameters<Routed['route']>[0];

/** What Fastify does with routes: path and method, then a reply. */
class FakeFastify implements Routed {
  readonly #routes = new Map<string, Route>();

  route(route: Route): void {
    this.#routes.set(route.url, route);
  }

  readonly listener: RequestListener = (raw, response) => {
    const [path = ''] = (raw.url ?? '').split('?', 1);
    const rest = /^\/inspector\/(.*)$/.exec(path)?.[1];
    const route = this.#routes.get(rest === undefined ? path : '/inspector/*');
    const isRouted = route?.method.some((method) => method === raw.method) === true;
    if (route === undefined || !isRouted) return void response.writeHead(404).end('shop');
    const params = rest === undefined ? {} : { '*': decodeURIComponent(rest) };
    void route.handler({ raw, params }, replyOf(response));
  };
}

const replyOf = (response: ServerResponse) => ({
  code: (status: number) => {
    response.statusCode = status;
  },
  headers: (values: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(values)) response.setHeader(name, value);
  },
  send: (body: Readable) => body.pipe(response),
  callNotFound: () => response.writeHead(404).end('shop'),
});

it('a route for each page, and none for anything else', async () => {
  const app = new FakeFastify();
  await holdfast(await runtime())(app);
  const get = await serving(app.listener);
  expect(await get('/readyz')).toEqual([200, null, '']);
  expect(await get('/livez', { method: 'POST' })).toEqual([404, null, 'shop']);
  expect(await get('//livez')).toEqual([404, null, 'shop']);
  expect(await get('/diagnostics')).toEqual([401, null, '']);
  const [status, kind] = await get('/diagnostics', { bearing: token });
  expect([status, kind]).toEqual([200, 'application/json']);
});

it('the inspector is there if the runtime has one, whatever its page is called', async () => {
  const without = new FakeFastify();
  await holdfast(await runtime())(without);
  const none = await serving(without.listener);
  expect([await none('/inspector'), await none('/inspector/page.js')]).toEqual([
    [404, null, 'shop'],
    [404, null, 'shop'],
  ]);
  const app = new FakeFastify();
  await holdfast(await runtime(inspector({ token })))(app);
  const get = await serving(app.listener);
  const [status, kind] = await get('/inspector/');
  expect([status, kind]).toEqual([200, 'text/html; charset=utf-8']);
  expect((await get('/inspector/audit?fromIndex=0', { bearing: token })).slice(0, 2)).toEqual([
    ...[200, 'application/json'],
  ]);
  for (const path of ['/inspector/%2e%2e%2fmetrics', '/inspector/a%2f..%2fb', '/inspector/..']) {
    expect([path, (await get(path))[0]]).toEqual([path, 404]);
  }
});
