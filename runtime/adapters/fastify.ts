import type { IncomingMessage } from 'node:http';
import { type Path, paths } from '../endpoints/paths.ts';
import type { Runtime } from '../runtime.ts';
import { remoteOf, requestOf } from './mounted.ts';

interface Reply {
  code(status: number): unknown;
  headers(values: Readonly<Record<string, string>>): unknown;
  send(body: string): unknown;
}

interface Route {
  readonly method: ('GET' | 'HEAD')[];
  readonly url: Path;
  handler(request: { readonly raw: IncomingMessage }, reply: Reply): Promise<unknown>;
}

/** What of a Fastify instance is needed. */
export interface Routed {
  route(route: Route): unknown;
}

/** `app.register(holdfast(rt), { prefix })`: a route for each page of a runtime. */
export function holdfast(rt: Pick<Runtime, 'fetch'>): (app: Routed) => Promise<void> {
  return async (app) => {
    for (const url of paths) {
      app.route({
        method: ['GET', 'HEAD'],
        url,
        async handler({ raw }, reply) {
          const answer = await rt.fetch(requestOf(url, raw), remoteOf(raw));
          reply.code(answer.status);
          reply.headers(Object.fromEntries(answer.headers));
          return reply.send(await answer.text());
        },
      });
    }
  };
}
