import type { IncomingMessage } from 'node:http';

/** What a page may ask of whoever asks. All else that is said to a framework stays there. */
const HEARD = ['authorization', 'accept'];

/** What came to a server of the embedder, as `rt.fetch` takes it. */
export function requestOf(
  path: string,
  { method = '', headersDistinct }: Pick<IncomingMessage, 'method' | 'headersDistinct'>,
): Request {
  const headers = new Headers();
  for (const name of HEARD) {
    for (const value of headersDistinct[name] ?? []) headers.append(name, value);
  }
  return new Request(`http://mounted${path}`, { method, headers });
}

export const remoteOf = ({ socket }: Pick<IncomingMessage, 'socket'>) => ({
  remoteAddress: socket.remoteAddress,
});
