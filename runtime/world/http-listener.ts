import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answerer, Http, HttpListening } from '../../actors/http.ts';
import { canonicalAddress } from '../../actors/peer/address.ts';
import { clock } from './clock.ts';
import { bind, HEADER_LINES_MAX, strictServer } from './strict-server.ts';

export const CONNECTIONS_MAX = 64;

export interface HttpDeadlines {
  /** Until a request has come. */
  readonly askMs: number;
  /** From an answer to the next request. */
  readonly idleMs: number;
  /** Until an answer has left; whoever reads slower is dropped. */
  readonly leaveMs: number;
  /** Of one connection, all its requests together. */
  readonly connectionMs: number;
}

/** What everything reads that is no request. */
export const REFUSAL = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export const httpWithin = (deadlines: HttpDeadlines): Http => ({
  async listen(options, answer): Promise<HttpListening> {
    const { askMs, idleMs } = deadlines;
    const server = strictServer({
      ...{ headersTimeout: askMs, requestTimeout: askMs, keepAliveTimeout: idleMs },
    });
    const listener = new HttpListener(server, answer, deadlines);
    const place = await bind(server, options);
    return { url: `http://${place}`, close: () => listener.close() };
  },
});

export const http = httpWithin({
  ...{ askMs: 5_000, idleMs: 5_000, leaveMs: 10_000, connectionMs: 60_000 },
});

class HttpListener {
  readonly #server: Server;
  readonly #answer: Answerer;
  readonly #deadlines: HttpDeadlines;
  /** Oldest first. */
  readonly #sockets = new Set<Socket>();

  constructor(server: Server, answer: Answerer, deadlines: HttpDeadlines) {
    this.#server = server;
    this.#answer = answer;
    this.#deadlines = deadlines;
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
    const cancel = clock.after(this.#deadlines.connectionMs, () => socket.destroy());
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
    const cancel = clock.after(this.#deadlines.leaveMs, () => socket.destroy());
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
