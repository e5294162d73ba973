import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { isIPv6 } from 'node:net';
import { listenFailed } from '../listen-failed.ts';

export const HEADER_LINES_MAX = 64;
/** Of the request line and all headers. */
export const HEADER_BYTES_MAX = 8_192;

type Timeouts = Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'keepAliveTimeout'>;

/** A server that says nothing in Node's words, for whoever hears its events to answer. */
export function strictServer(timeouts: Timeouts): Server {
  const server = createServer({
    ...timeouts,
    maxHeaderSize: HEADER_BYTES_MAX,
    connectionsCheckingInterval: 1_000,
    // Node would answer in words of its own.
    requireHostHeader: false,
    noDelay: true,
  });
  // One more than are allowed: Node forgets the others, and says nothing of it.
  server.maxHeadersCount = HEADER_LINES_MAX + 1;
  return server;
}

/** Binds it; gives host and port as a URL has them. @throws {HoldfastError} LISTEN_FAILED. */
export async function bind(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    const reason = error instanceof Error ? String(Reflect.get(error, 'code')) : 'unknown';
    throw listenFailed({ host, port }, reason, { cause: error });
  }
  // One that could not be accepted is no reason to end the process.
  server.on('error', () => {});
  const address = server.address();
  const boundPort = typeof address === 'object' ? (address?.port ?? port) : port;
  return `${isIPv6(host) ? `[${host}]` : host}:${boundPort}`;
}
