import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { INSPECTOR, paths } from '../endpoints/paths.ts';
import type { Runtime } from '../runtime.ts';
import { bodyOf, isNoPage, remoteOf, requestOf } from './mounted.ts';

interface Reply {
  code(status: number): unknown;
  headers(values: Readonly<Record<string, string>>): unknown;
  send(body: Readable): unknown;
  callNotFound(): unknown;
}

interface Route {
  readonly method: ('GET' | 'HEAD' | 'POST')[];
  readonly url: string;
  handler(
    request: { readonly raw: IncomingMessage; readonly params: unknown },
    reply: Reply,
  ): Promise<unknown>;
}

/** What of a Fastify instance is needed. */
export interface Routed {
  route(route: Route): unknown;
}

/** `app.register(holdfast(rt), { prefix })`: a route for each page of a runtime. */
export function holdfast(rt: Pick<Runtime, 'fetch'>): (app: Routed) => Promise<void> {
  const say = async (target: string, raw: IncomingMessage, reply: Reply): Promise<unknown> => {
    const answer = await rt.fetch(requestOf(target, raw), remoteOf(raw));
    if (isNoPage(answer)) return reply.callNotFound();
    reply.code(answer.status);
    reply.headers(Object.fromEntries(answer.headers));
    return reply.send(bodyOf(answer));
  };
  return async (app) => {
    for (const url of paths) {
      app.route({
        method: ['GET', 'HEAD'],
        url,
        handler: ({ raw }, reply) => say(url, raw, reply),
      });
    }
    for (const url of [INSPECTOR, `${INSPECTOR}/*`]) {
      app.route({
        method: ['GET', 'HEAD', 'POST'],
        url,
        handler: ({ raw, params }, reply) => say(targetOf(raw, params), raw, reply),
      });
    }
  };
}

/** Without the prefix that it was registered under. */
function targetOf({ url = '' }: IncomingMessage, params: unknown): string {
  const name: unknown = Object(params)['*'];
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
  if (typeof name !== 'string') return `${INSPECTOR}${query}`;
  return `${INSPECTOR}/${encodeURIComponent(name)}${query}`;
}
