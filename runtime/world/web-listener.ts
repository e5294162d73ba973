import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Arrival, Door, Listener, ListenOptions } from '../../actors/network.ts';
import { canonicalAddress } from '../../actors/peer/address.ts';
import { clock } from './clock.ts';
import { Newcomers } from './newcomers.ts';
import { Proxies } from './remote.ts';
import { bind, strictServer } from './strict-server.ts';
import { PATH, readUpgrade, refusal } from './upgrade.ts';
import { Carrier, carrierLimits, listening, WebLink } from './web-link.ts';

/** Whoever answers for connections may be quicker; this holds without anybody. */
const HEADERS_TIMEOUT_MS = 10_000;

/** Network.listen */
export async function listen(options: ListenOptions, door: Door): Promise<Listener> {
  const server = strictServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: HEADERS_TIMEOUT_MS,
  });
  const listener = new WebListener(server, door, new Proxies(options.trustedProxies));
  try {
    const place = await bind(server, options);
    return { url: `ws://${place}${PATH}`, close: () => listener.close() };
  } catch (error) {
    listener.close();
    throw error;
  }
}

class WebArrival implements Arrival {
  readonly remote;
  readonly #socket: Socket;

  constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.remote = { address, port: socket.remotePort ?? 0 };
  }

  drop(): void {
    this.#socket.destroy();
  }
}

/** Every connection is in `#arrivals` from its first moment until it is upgraded or over. */
class WebListener {
  readonly #server: Server;
  readonly #door: Door;
  readonly #proxies: Proxies;
  readonly #arrivals = new Map<Duplex, WebArrival>();
  readonly #newcomers = new Newcomers(clock);
  /** Node's own listener: from here on it reads HTTP. */
  readonly #read: (socket: Socket) => void;
  #isClosed = false;
  readonly #upgrader = new WebSocketServer({
    ...carrierLimits,
    noServer: true,
    clientTracking: false,
    WebSocket: Carrier,
  });

  constructor(server: Server, door: Door, proxies: Proxies) {
    this.#server = server;
    this.#door = door;
    this.#proxies = proxies;
    const refuse = ({ socket }: IncomingMessage): void => this.#refuse(socket);
    const own = server.listeners('connection');
    this.#read = (socket) => {
      for (const read of own) Reflect.apply(read, server, [socket]);
    };
    server
      .removeAllListeners('connection')
      .on('connection', (socket) => this.#came(socket))
      .on('upgrade', (request, socket, head) => {
        const isWaiting = this.#newcomers.ask(() => this.#asked(request, socket, head));
        if (!isWaiting) this.#refuse(socket);
      })
      .on('clientError', (_, socket) => this.#refuse(socket))
      .on('connect', refuse)
      .on('request', refuse)
      .on('checkContinue', refuse)
      .on('checkExpectation', refuse);
  }

  #came(socket: Socket): void {
    // Those of it are nobody's until Node reads it, and again once it is upgraded.
    socket.on('error', () => {});
    if (!this.#newcomers.arrive(() => this.#arrived(socket))) socket.destroy();
  }

  #arrived(socket: Socket): void {
    const address = canonicalAddress(socket.remoteAddress ?? '');
    // It has gone already.
    if (address === undefined || this.#isClosed) return void socket.destroy();
    const arrival = new WebArrival(socket, address);
    if (!this.#door.onArrived(arrival)) return void socket.destroy();
    this.#arrivals.set(socket, arrival);
    socket.once('close', () => {
      if (this.#arrivals.delete(socket)) this.#door.onLeft(arrival);
    });
    this.#read(socket);
  }

  #asked(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const arrival = this.#arrivals.get(socket);
    // One that was refused may ask again before it is over.
    if (arrival === undefined || !socket.writable) return void socket.destroy();
    const asking = readUpgrade(request, arrival.remote, this.#proxies);
    if (asking === undefined) return this.#refuse(socket);
    const admission = this.#door.onAsked(arrival, asking);
    if (!admission.admitted) return this.#refuse(socket, admission.challenge);
    this.#upgrader.handleUpgrade(request, socket, head, (carrier) => {
      this.#arrivals.delete(socket);
      const link = new WebLink(carrier, socket, asking.remote, listening);
      link.tell(this.#door.onOpened(arrival, link));
    });
  }

  #refuse(socket: Duplex, challenge?: Uint8Array): void {
    if (!socket.writable) return void socket.destroy();
    socket.end(refusal(challenge), () => socket.destroy());
  }

  close(): void {
    this.#isClosed = true;
    this.#server.close();
    for (const arrival of this.#arrivals.values()) arrival.drop();
  }
}
