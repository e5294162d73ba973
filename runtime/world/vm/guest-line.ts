import type { VmCall, VmEvents, VmOutcome } from '../../../actors/vm-drivers.ts';

/**
 * Between host and agent.mjs, over a pair of sockets or a serial line: frames of
 * `u32 length of the payload, big-endian | u8 kind | payload`. Payloads are UTF-8: text, or JSON.
 */
const toGuest = { call: 1, answer: 2, ping: 3, seed: 4 } as const;

const HEAD_BYTES = 5;
const NONCE_BYTES_MAX = 64;
const MESSAGE_LENGTH_MAX = 1024;
const HOST_NAME_LENGTH_MAX = 256;
const HOST_INPUT_BYTES_MAX = 1_048_576;

/** Of JSON that says a string: each of its characters may be escaped, by six. */
const escaped = (length: number): number => 6 * length;

type Kind = 'ready' | 'printed' | 'hostCall' | 'returned' | 'failed' | 'pong';

const fromGuest: ReadonlyMap<number, Kind> = new Map([
  [1, 'ready'],
  [2, 'printed'],
  [3, 'hostCall'],
  [4, 'returned'],
  [5, 'failed'],
  [6, 'pong'],
]);

const payloadBytesMax: Readonly<Record<Exclude<Kind, 'returned'>, number>> = {
  ready: 0,
  printed: 65_536,
  // JSON within JSON: its quotes and backslashes are escaped once more.
  hostCall: 2 * HOST_INPUT_BYTES_MAX + escaped(HOST_NAME_LENGTH_MAX) + 64,
  failed: escaped(MESSAGE_LENGTH_MAX) + 64,
  pong: NONCE_BYTES_MAX,
};

export interface GuestLineEvents
  extends Pick<VmEvents, 'onPrinted' | 'onHostCall' | 'onOutcome' | 'onPong' | 'onViolated'> {
  /** Once: the guest's agent is there. */
  onReady(): void;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Thrown inside, for what no agent of ours says. */
class Violation extends Error {}

function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value.length <= lengthMax;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Violation('what should be JSON is not');
  }
}

function parseFields(text: string): Readonly<Record<string, unknown>> {
  const parsed = parse(text);
  if (parsed === null || typeof parsed !== 'object') throw new Violation('no object');
  return { ...parsed };
}

function parseFailure(text: string): VmOutcome {
  const { fault, message } = parseFields(text);
  if (fault !== 'VM_ERROR' && fault !== 'VM_RESULT') throw new Violation('no fault of a guest');
  if (!isText(message, MESSAGE_LENGTH_MAX)) throw new Violation('no message of a guest');
  return { ok: false, fault, message };
}

/**
 * The host's end. Nothing a guest says is held beyond what its kind may have, and nothing is made
 * room for before that is known. After the first violation it hears no more.
 */
export class GuestLine {
  readonly #write: (frame: Uint8Array) => void;
  readonly #events: GuestLineEvents;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headBytes = 0;
  #kind: Kind = 'ready';
  #payload = Buffer.alloc(0);
  #payloadBytes = 0;
  #isReady = false;
  #resultBytesMax: number | undefined;
  #isClosed = false;

  constructor(write: (frame: Uint8Array) => void, events: GuestLineEvents) {
    this.#write = write;
    this.#events = events;
  }

  call(call: VmCall): void {
    this.#resultBytesMax = call.resultBytesMax;
    this.#send(toGuest.call, JSON.stringify(call));
  }

  answer(id: number, answer: { readonly output: string } | { readonly refused: string }): void {
    this.#send(toGuest.answer, JSON.stringify({ id, ...answer }));
  }

  /** At most 64 bytes. */
  ping(nonce: string): void {
    this.#send(toGuest.ping, nonce);
  }

  /** 48 bytes of chance, and the time. It is ready once it took them, or says nothing more. */
  seed(seedHex: string, wallMs: number): void {
    this.#send(toGuest.seed, JSON.stringify({ seedHex, wallMs }));
  }

  /** Nothing is heard or said from here on. */
  close(): void {
    this.#isClosed = true;
  }

  receive(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length && !this.#isClosed; ) at += this.#take(bytes, at);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.close();
      this.#events.onViolated(error.message);
    }
  }

  #send(kind: number, text: string): void {
    if (this.#isClosed) return;
    const payload = Buffer.from(text);
    const frame = Buffer.alloc(HEAD_BYTES + payload.length);
    frame.writeUInt32BE(payload.length);
    frame[HEAD_BYTES - 1] = kind;
    payload.copy(frame, HEAD_BYTES);
    this.#write(frame);
  }

  #take(bytes: Uint8Array, at: number): number {
    if (this.#headBytes < HEAD_BYTES) {
      const part = bytes.subarray(at, at + HEAD_BYTES - this.#headBytes);
      this.#head.set(part, this.#headBytes);
      this.#headBytes += part.length;
      if (this.#headBytes === HEAD_BYTES) this.#makeRoom();
      if (this.#headBytes === HEAD_BYTES && this.#payload.length === 0) this.#heed();
      return part.length;
    }
    const part = bytes.subarray(at, at + this.#payload.length - this.#payloadBytes);
    this.#payload.set(part, this.#payloadBytes);
    this.#payloadBytes += part.length;
    if (this.#payloadBytes === this.#payload.length) this.#heed();
    return part.length;
  }

  #makeRoom(): void {
    const length = this.#head.readUInt32BE();
    const kind = fromGuest.get(this.#head[HEAD_BYTES - 1] ?? 0);
    if (kind === undefined) throw new Violation('a frame of no kind');
    if ((kind === 'ready') === this.#isReady) throw new Violation(`${kind} at the wrong time`);
    const isOfCall = kind !== 'ready' && kind !== 'pong';
    const resultBytesMax = this.#resultBytesMax;
    if (isOfCall && resultBytesMax === undefined) throw new Violation(`${kind} without a call`);
    const max = kind === 'returned' ? (resultBytesMax ?? 0) : payloadBytesMax[kind];
    if (length > max) throw new Violation(`${kind} of ${length} bytes, of at most ${max}`);
    this.#kind = kind;
    this.#payload = Buffer.alloc(length);
    this.#payloadBytes = 0;
  }

  #heed(): void {
    const text = this.#decode();
    this.#payload = Buffer.alloc(0);
    this.#headBytes = 0;
    if (this.#kind === 'ready') {
      this.#isReady = true;
      this.#events.onReady();
    } else if (this.#kind === 'pong') this.#events.onPong(text);
    else if (this.#kind === 'printed') this.#events.onPrinted(text);
    else if (this.#kind === 'hostCall') this.#heedHostCall(text);
    else {
      const outcome = this.#kind === 'failed' ? parseFailure(text) : this.#parseResult(text);
      this.#resultBytesMax = undefined;
      this.#events.onOutcome(outcome);
    }
  }

  #decode(): string {
    try {
      return utf8.decode(this.#payload);
    } catch {
      throw new Violation(`${this.#kind} is no UTF-8`);
    }
  }

  #parseResult(output: string): VmOutcome {
    parse(output);
    return { ok: true, output };
  }

  #heedHostCall(text: string): void {
    const { id, name, input } = parseFields(text);
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw new Violation('no id of a call');
    if (!isText(name, HOST_NAME_LENGTH_MAX)) throw new Violation('no name of a host call');
    if (typeof input !== 'string' || Buffer.byteLength(input) > HOST_INPUT_BYTES_MAX) {
      throw new Violation('no input of a host call');
    }
    parse(input);
    this.#events.onHostCall(id, name, input);
  }
}
