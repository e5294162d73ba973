import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answerer, Http, HttpListening } from '../../actors/http.ts';
import { canonicalAddress } from '../../actors/peer/address.ts';
import { clock } from './clock.ts';
import { bind, HEADER_LINES_MAX, strictServer } from './strict-server.ts';

export const CONNECTIONS_MAX = 64;
const ASK_MS = 5_000;
const IDLE_MS = 5_000;
/** Until an answer has left; whoever reads slower is dropped. */
const LEAVE_MS = 10_000;
/** Of one connection, all its requests together. */
const CONNECTION_MS = 60_000;

/** What everything reads that is no request. */
export const REFUSAL = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export const http: Http = {
  async listen(options, answer): Promise<HttpListening> {
    const server = strictServer({
      headersTimeout: ASK_MS,
      requestTimeout: ASK_MS,
      keepAliveTimeout: IDLE_MS,
    });
    const listener = new HttpListener(server, answer);
    const place = await bind(server, options);
    return { url: `http://${place}`, close: () => listener.close() };
  },
};

class HttpListener {
  readonly #server: Server;
  readonly #answer: Answerer;
  /** Oldest first. */
  readonly #sockets = new Set<Socket>();

  constructor(server: Server, answer: Answerer) {
    this.#server = server;
    this.#answer = answer;
    server
      .on('connection', (socket) => this.#came(socket))
      .on('request', (request, response) => this.#asked(request, response))
      .on('checkContinue', (request, response) => this.#asked(request, response))
      .on('checkExpectation', ({ socket }) => refuse(socket))
      .on('upgrade', (_, socket) => refuse(socket))
      .on('connect', (_, socket) => refuse(socket))
      .on('clientError', (_, socket) => refuse(socket));
  }

  /** Beyond the limit the oldest goes: whoever floods must not keep a probe out. */
  #came(socket: Socket): void {
    this.#sockets.add(socket);
    const cancel = clock.after(CONNECTION_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.once('close', () => {
      cancel();
      this.#sockets.delete(socket);
    });
    const [oldest] = this.#sockets;
    if (this.#sockets.size > CONNECTIONS_MAX) oldest?.destroy();
  }

  #asked(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', httpVersion, rawHeaders, headersDistinct, socket } = request;
    const remoteAddress = canonicalAddress(socket.remoteAddress ?? '');
    if (remoteAddress === undefined) return void socket.destroy();
    const isOurs = httpVersion.startsWith('1.') && rawHeaders.length <= 2 * HEADER_LINES_MAX;
    if (!isOurs) return refuse(socket);
    const cancel = clock.after(LEAVE_MS, () => socket.destroy());
    response.once('close', cancel);
    const valuesOf = (name: string): readonly string[] => headersDistinct[name] ?? [];
    const { status, headers, body } = this.#answer(
      { method, target: url, valuesOf },
      remoteAddress,
    );
    const hasBody = 'content-length' in headersDistinct || 'transfer-encoding' in headersDistinct;
    response.writeHead(status, {
      ...headers,
      'Content-Length': Buffer.byteLength(body),
      ...(hasBody ? { Connection: 'close' } : {}),
    });
    response.end(body);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroySoon();
  }
}

function refuse(socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  socket.end(REFUSAL, () => socket.destroy());
}
