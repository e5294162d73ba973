import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { isOfInspector } from '../endpoints/paths.ts';

/** What a page may ask of whoever asks. All else that is said to a framework stays there. */
const HEARD = ['authorization', 'accept'];
/** What tells an inspector that it is asked by a page of its own. */
const OF_PAGE = ['host', 'origin', 'cookie', 'sec-fetch-site'];

/** What came to a server of the embedder, as `rt.fetch` takes it; `target` is path and query. */
export function requestOf(
  target: string,
  { method = '', headersDistinct }: Pick<IncomingMessage, 'method' | 'headersDistinct'>,
): Request {
  const headers = new Headers();
  for (const name of isOfInspector(pathOf(target)) ? [...HEARD, ...OF_PAGE] : HEARD) {
    for (const value of headersDistinct[name] ?? []) headers.append(name, value);
  }
  return new Request(`http://mounted${target}`, { method, headers });
}

export const pathOf = (target: string): string => target.split('?', 1)[0] ?? '';

export const remoteOf = ({ socket }: Pick<IncomingMessage, 'socket'>) => ({
  remoteAddress: socket.remoteAddress,
});

/** As a server of Node sends it, piece by piece; it is given up once whoever asked has left. */
export const bodyOf = ({ body }: Response): Readable =>
  body === null ? Readable.from([]) : Readable.fromWeb(body);

/** It is no page of the runtime: whoever comes next may know it. */
export const isNoPage = ({ status, headers }: Response): boolean =>
  status === 404 && !headers.has('content-type');
