import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPage } from '../endpoints/paths.ts';
import type { Runtime } from '../runtime.ts';
import { remoteOf, requestOf } from './mounted.ts';

/** What Express, Connect and their like take. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** `app.use(holdfast(rt))`: the pages of a runtime; all else goes on to the next. */
export function holdfast(rt: Pick<Runtime, 'fetch'>): Middleware {
  return (request, response, next) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (!isPage(path) || !isKnown(request.method)) return next();
    rt.fetch(requestOf(path, request), remoteOf(request))
      .then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(await answer.text());
      })
      .catch(next);
  };
}

/** The web has no request of the others. */
const isKnown = (method: string | undefined): boolean =>
  method !== undefined && !/^(?:connect|trace|track)$/i.test(method);
