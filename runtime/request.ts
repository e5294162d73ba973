import type { Asker } from '../actors/peer/requests/asked.ts';
import type { Items } from '../actors/peer/requests/items.ts';
import type { Payload } from '../actors/peer/requests/payload.ts';
import { cutUtf8 } from '../actors/peer/wire/utf8.ts';
import type { Failure } from '../actors/refusals.ts';
import { type Code, codes, HoldfastError, withoutStack } from './errors.ts';
import { decode } from './payload.ts';
import type { PeerHost } from './peer-host.ts';
import { escapeSteering } from './steering.ts';

export interface Promised {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A request of ours, until its caller knows what it came to. */
export class Request implements Asker {
  /** Called once it is over. */
  onSettled: (() => void) | undefined;
  readonly #host: Pick<PeerHost, 'judge'>;
  readonly #id: string;
  readonly #method: string;
  readonly #promised: Promised;
  readonly #signal: AbortSignal | undefined;

  constructor(
    host: Pick<PeerHost, 'judge'>,
    id: string,
    method: string,
    promised: Promised,
    signal?: AbortSignal,
  ) {
    this.#host = host;
    this.#id = id;
    this.#method = method;
    this.#promised = promised;
    this.#signal = signal;
  }

  onAnswered(payload: Payload): void {
    this.onSettled?.();
    const decoded = decode(payload);
    if (decoded.ok) {
      this.#host.judge(this.#id, 'request.answered');
      return this.#promised.resolve(decoded.value);
    }
    this.#promised.reject(this.#invalid());
  }

  onStreamed(items: Items): void {
    this.#promised.resolve(this.#valuesOf(items));
  }

  onFailed(failure: Failure): void {
    this.onSettled?.();
    if (failure.code === 'REQUEST_TIMEOUT') this.#host.judge(this.#id, 'request.timedOut');
    this.#promised.reject(errorOf(this.#id, this.#method, failure));
  }

  async *#valuesOf(items: Items): AsyncGenerator<unknown> {
    try {
      for (;;) {
        const next = await items.next();
        // What its caller cuts short ends, too, and must not pass for the whole.
        this.#signal?.throwIfAborted();
        if (next.kind === 'end') break;
        if (next.kind === 'failed') throw errorOf(this.#id, this.#method, next.failure);
        const decoded = decode(next.payload);
        if (!decoded.ok) throw this.#invalid();
        yield decoded.value;
      }
      this.#host.judge(this.#id, 'request.answered');
    } finally {
      items.cancel();
      this.onSettled?.();
    }
  }

  #invalid(): HoldfastError {
    this.#host.judge(this.#id, 'payload.invalid');
    const details = { peer: this.#id, method: this.#method };
    return new HoldfastError('ANSWER_INVALID', 'the answer is no JSON', details);
  }
}

const isCode = (code: string): code is Code => Object.hasOwn(codes, code);

/** What may come from the other side under its own name; anything else is its handler's. */
const SAID: readonly string[] = [
  ...['METHOD_UNKNOWN', 'LEVEL_TOO_LOW', 'PAYLOAD_INVALID', 'RATE_LIMITED', 'READ_ONLY'],
  ...['REQUEST_TIMEOUT', 'REQUESTS_FULL', 'HANDLER_FAILED', 'RUNTIME_STOPPED'],
  ...['PEER_LOST', 'PEER_REFUSED', 'PEER_UNREACHABLE', 'ISOLATION_UNAVAILABLE', 'MODE_REFUSING'],
];

const MESSAGE_BYTES_MAX = 1_024;
const CODE_BYTES_MAX = 64;

/** The other side wrote it: a log or a terminal must not obey. */
const quoted = (text: string, bytesMax: number): string => cutUtf8(escapeSteering(text), bytesMax);

export function errorOf(peer: string, method: string, failure: Failure): HoldfastError {
  const { code, retryAfterMs } = failure;
  const message = quoted(failure.message, MESSAGE_BYTES_MAX);
  const details = { peer, method, ...(retryAfterMs > 0 ? { retryAfterMs } : {}) };
  return withoutStack(() =>
    isCode(code) && SAID.includes(code)
      ? new HoldfastError(code, message, details)
      : new HoldfastError(failure.retryable ? 'REQUEST_DEFERRED' : 'REQUEST_REFUSED', message, {
          ...details,
          refusal: quoted(code, CODE_BYTES_MAX),
        }),
  );
}
