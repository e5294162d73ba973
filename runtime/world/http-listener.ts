import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer, Answerer, Http, HttpListening } from '../../actors/http.ts';
import { canonicalAddress, siteOf } from '../../actors/peer/address.ts';
import { clock } from './clock.ts';
import { pour } from './http-flow.ts';
import { bind, HEADER_LINES_MAX, strictServer } from './strict-server.ts';

export const CONNECTIONS_MAX = 64;
/** Answers that go on, as long as whoever asked reads them. */
export const FLOWS_MAX = 24;

export interface HttpDeadlines {
  /** Until a request has come. */
  readonly askMs: number;
  /** From an answer to the next request. */
  readonly idleMs: number;
  /** Until an answer has left; whoever reads slower is dropped. */
  readonly leaveMs: number;
  /** Of one connection, all its requests together; an answer that is due still leaves. */
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
  /** With the address that they come from, oldest first. */
  readonly #sockets = new Map<Socket, string>();
  /** Those whose answer has not left. */
  readonly #answered = new WeakSet<Socket>();
  /** Those that go once their answer has left. */
  readonly #expired = new WeakSet<Socket>();
  /** Those whose answer goes on. */
  readonly #flows = new Set<Socket>();

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
      .on('clientError', (_, socket) => (isUnused(socket) ? socket.destroy() : refuse(socket)));
  }

  /** Beyond the limit whoever floods makes room, and keeps no probe of another site out. */
  #came(socket: Socket): void {
    const remoteAddress = canonicalAddress(socket.remoteAddress ?? '');
    if (remoteAddress === undefined) return void socket.destroy();
    this.#sockets.set(socket, remoteAddress);
    const cancel = clock.after(this.#deadlines.connectionMs, () => this.#expire(socket));
    socket.on('error', () => {});
    socket.once('close', () => {
      cancel();
      this.#sockets.delete(socket);
      this.#flows.delete(socket);
    });
    if (this.#sockets.size - this.#flows.size > CONNECTIONS_MAX) this.#makeRoom();
  }

  #expire(socket: Socket): void {
    if (this.#answered.has(socket)) this.#expired.add(socket);
    else socket.destroy();
  }

  /** The oldest of the largest goes: the address that has the most, of the site that has. */
  #makeRoom(): void {
    const others = [...this.#sockets].filter(([socket]) => !this.#flows.has(socket));
    const sites = largest(others, siteOf);
    const [[oldest] = []] = largest(sites, (address) => address);
    if (oldest === undefined) return;
    this.#sockets.delete(oldest);
    oldest.destroy();
  }

  #asked(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', httpVersion, rawHeaders, headersDistinct, socket } = request;
    const remoteAddress = canonicalAddress(socket.remoteAddress ?? '');
    if (remoteAddress === undefined) return void socket.destroy();
    const isOurs = httpVersion.startsWith('1.') && rawHeaders.length <= 2 * HEADER_LINES_MAX;
    if (!isOurs) return refuse(socket);
    // Who asks again before an answer has left would have thousands of them made in one turn.
    if (this.#answered.has(socket)) return letGo(socket);
    this.#answered.add(socket);
    response.once('close', () => {
      this.#answered.delete(socket);
      this.#flows.delete(socket);
      if (this.#expired.has(socket)) socket.destroy();
    });
    const valuesOf = (name: string): readonly string[] => headersDistinct[name] ?? [];
    const answer = this.#answer({ method, target: url, valuesOf }, remoteAddress);
    const [length = '0'] = valuesOf('content-length');
    const hasBody = length !== '0' || 'transfer-encoding' in headersDistinct;
    const head = hasBody ? { Connection: 'close' } : {};
    if (!(answer instanceof Promise)) return this.#say(answer, response, head);
    void answer.then((each) => this.#say(each, response, head));
  }

  #say({ body, ...rest }: Answer, response: ServerResponse, head: Head): void {
    const { headers } = rest;
    if (body instanceof ReadableStream) return this.#flow({ ...rest, body }, response, head);
    const cancel = clock.after(this.#deadlines.leaveMs, () => response.destroy());
    response.once('close', cancel);
    const length = { 'Content-Length': Buffer.byteLength(body) };
    response.writeHead(rest.status, { ...headers, ...length, ...head }).end(body);
  }

  #flow({ status, headers, body }: Flowing, response: ServerResponse, head: Head): void {
    const { socket, req } = response;
    const isAsked = req.method !== 'HEAD';
    if (socket !== null && isAsked && this.#flows.size < FLOWS_MAX) {
      this.#flows.add(socket);
      response.writeHead(status, { ...headers, ...head }).flushHeaders();
      return void pour(body, response, this.#deadlines.leaveMs);
    }
    void body.cancel();
    if (socket === null) return;
    this.#say({ status: isAsked ? 503 : status, headers, body: '' }, response, head);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets.keys()) socket.destroySoon();
  }
}

type Flowing = Answer & { readonly body: ReadableStream<Uint8Array> };
type Head = Readonly<Record<string, string>>;
type From = readonly [Socket, string];

/** Those whose range has the most of them. */
function largest(all: readonly From[], rangeOf: (address: string) => string): readonly From[] {
  const ranges = new Map<string, From[]>();
  for (const from of all) {
    const range = rangeOf(from[1]);
    ranges.set(range, [...(ranges.get(range) ?? []), from]);
  }
  return [...ranges.values()].reduce((most, each) => (each.length > most.length ? each : most), []);
}

/** Browsers connect in advance, and take what they hear for the answer to what they ask next. */
const isUnused = (socket: Duplex): boolean => 'bytesRead' in socket && socket.bytesRead === 0;

/** Once, however much more it says: each time would be listened for. */
function letGo(socket: Socket): void {
  if (socket.writable) socket.destroySoon();
}

function refuse(socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  socket.end(REFUSAL, () => socket.destroy());
}
