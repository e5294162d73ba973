import { onAbort } from '../actors/on-abort.ts';
import type { Level } from '../machines/trust.ts';
import { askedMethod, type RequestOptionsInput, requestOptions } from './options/peer.ts';
import { readOptions } from './options/read.ts';
import { payloadOf } from './payload.ts';
import type { PeerHost } from './peer-host.ts';
import { Request } from './request.ts';

const NO_OPTIONS: RequestOptionsInput = {};

/** Another runtime, known by its identity, however it is reached. */
export class Peer {
  readonly #id: string;
  readonly #host: PeerHost;

  constructor(host: PeerHost, id: string) {
    this.#id = id;
    this.#host = host;
  }

  /** Its present public key in base32: 52 letters and digits. */
  get id(): string {
    return this.#host.presentOf(this.#id);
  }

  get isConnected(): boolean {
    return this.#host.isConnected(this.id);
  }

  /** 0 to 100. */
  get trust(): number {
    return this.#host.trustOf(this.id);
  }

  get level(): Level {
    return this.#host.levelOf(this.id);
  }

  /**
   * What the other side's handler of that method answers: JSON, bytes, or undefined; or an async
   * iterable, if it streams. Bytes in `payload` may not be changed until there is an answer.
   * @throws {TypeError | RangeError} for a payload that is no JSON and no bytes, or has over 10 MB.
   * @throws {HoldfastError} PEER_UNREACHABLE, PEER_LOST, REQUEST_TIMEOUT, REQUESTS_FULL; what the
   * other side says: METHOD_UNKNOWN, LEVEL_TOO_LOW, PAYLOAD_INVALID, RATE_LIMITED, READ_ONLY,
   * MODE_REFUSING, HANDLER_FAILED, RUNTIME_STOPPED; or REQUEST_REFUSED or REQUEST_DEFERRED with
   * what its handler threw. Rejects with the reason of `signal`, which cancels it there,
   * too.
   */
  request(method: string, payload?: unknown, options = NO_OPTIONS): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { timeoutMs = this.#host.requestMs, signal } =
        options === NO_OPTIONS ? options : readOptions(requestOptions, 'request', options);
      readOptions(askedMethod, 'method', method);
      signal?.throwIfAborted();
      const sent = payloadOf('payload', payload);
      const request = new Request(this.#host, this.id, method, { resolve, reject }, signal);
      const cancel = this.#host.ask(this.id, method, sent, timeoutMs, request);
      if (signal !== undefined) {
        request.onSettled = onAbort(signal, () => {
          cancel();
          reject(signal.reason);
        });
      }
    });
  }

  /** What is open is answered, and it is not dialled any more. */
  close(): void {
    this.#host.leave(this.id);
  }
}
