import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { isOfInspector, isPage } from '../endpoints/paths.ts';
import type { Runtime } from '../runtime.ts';
import { bodyOf, isNoPage, pathOf, remoteOf, requestOf } from './mounted.ts';

/** What Express, Connect and their like take. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** `app.use(holdfast(rt))`: the pages of a runtime; all else goes on to the next. */
export function holdfast(rt: Pick<Runtime, 'fetch'>): Middleware {
  return (request, response, next) => {
    const { url = '' } = request;
    const path = pathOf(url);
    const isInspector = isOfInspector(path) && staysThere(path);
    if (!(isPage(path) || isInspector) || !isKnown(request.method)) return next();
    const target = isInspector ? url : path;
    rt.fetch(requestOf(target, request), remoteOf(request))
      .then((answer) => {
        if (isNoPage(answer)) return next();
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.flushHeaders();
        pipeline(bodyOf(answer), response, () => {});
      })
      .catch(next);
  };
}

/** `/inspector/../metrics` would pass by whatever the embedder has put before `/metrics`. */
const staysThere = (path: string): boolean =>
  isOfInspector(new URL(path, 'http://mounted').pathname);

/** The web has no request of the others. */
const isKnown = (method: string | undefined): boolean =>
  method !== undefined && !/^(?:connect|trace|track)$/i.test(method);
