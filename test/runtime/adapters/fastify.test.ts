import type { RequestListener, ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { holdfast, type Routed } from '../../../runtime/adapters/fastify.ts';
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
    const route = this.#routes.get(path);
    const isRouted = route?.method.some((method) => method === raw.method) === true;
    if (route === undefined || !isRouted) return void response.writeHead(404).end('shop');
    void route.handler({ raw }, replyOf(response));
  };
}

const replyOf = (response: ServerResponse) => ({
  code: (status: number) => {
    response.statusCode = status;
  },
  headers: (values: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(values)) response.setHeader(name, value);
  },
  send: (body: string) => response.end(body),
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
