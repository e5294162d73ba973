import { MESSAGE_BYTES_MAX } from '../../actors/network.ts';
import { concat, giveBack } from '../../storage/bytes.ts';

/** RFC 6455 section 5.2: the first byte of what may come. A text may not. */
const [MORE, LAST, FIRST, WHOLE] = [0x00, 0x80, 0x02, 0x82];
const [CLOSE, PING, PONG] = [0x88, 0x89, 0x8a];
const MASKED = 0x80;
const CONTROL_BYTES_MAX = 125;
const [TWO_BYTES, EIGHT_BYTES] = [126, 127];
const MASK_BYTES = 4;
const HEAD_BYTES_MAX = 14;

const FRAGMENTS_MAX = 16;
/** What a frame that is not whole yet came in. */
const PIECES_MAX = 1_024;

/** Shared by all links: nothing stays in it. */
const room = new Uint8Array(MESSAGE_BYTES_MAX);
const words = new Uint32Array(room.buffer);

export interface WebReaderEvents {
  /** Trap: it is written over once this returns. */
  onMessage(message: Uint8Array): void;
  /** A ping, a pong or a close, whole and as it came. Nothing is read after a close. */
  onControl(frame: Uint8Array): void;
  /** Nothing more is read. */
  onViolated(): void;
}

/**
 * Frames of WebSocket, as strictly as ws reads them, in a fraction of its time: ws makes new memory
 * of each message, and goes through it byte by byte. What came is kept, never what was claimed.
 */
export class WebReader {
  readonly #masked: number;
  readonly #events: WebReaderEvents;
  readonly #head = new Uint8Array(HEAD_BYTES_MAX);
  readonly #view = new DataView(this.#head.buffer);
  #headBytes = 0;
  #missingBytes = 0;
  #pieces: Uint8Array[] = [];
  /** Those that pieces are of, but for the one that is read. */
  #chunks: Uint8Array[] = [];
  /** Of a message that is not whole yet. */
  #fragments: Uint8Array[] = [];
  #fragmentBytes = 0;
  #isOver = false;

  /** @param masked 0x80 if what comes in is to be masked, 0 if not. */
  constructor(masked: 0 | typeof MASKED, events: WebReaderEvents) {
    this.#masked = masked;
    this.#events = events;
  }

  /** Trap: the chunk is gone once this returns. */
  read(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#isOver) {
      at = this.#missingBytes > 0 ? this.#readBody(chunk, at) : this.#readHead(chunk, at);
    }
    if (this.#pieces.length > 0) this.#chunks.push(chunk);
    else giveBack(chunk);
  }

  stop(): void {
    this.#isOver = true;
    this.#pieces = [];
    this.#chunks = [];
    this.#fragments = [];
  }

  #readHead(chunk: Uint8Array, from: number): number {
    const head = this.#head;
    let at = from;
    while (at < chunk.length && this.#headBytes < headBytes(head, this.#headBytes)) {
      head[this.#headBytes] = chunk[at] ?? 0;
      this.#headBytes += 1;
      at += 1;
    }
    // What is too long is known before its mask came.
    const isSized = this.#headBytes >= sizedBytes(head, this.#headBytes);
    if (isSized && !this.#isAllowed(this.#bodyBytes)) this.#violate();
    else if (this.#headBytes === headBytes(head, this.#headBytes)) this.#begin();
    return at;
  }

  #begin(): void {
    this.#missingBytes = this.#bodyBytes;
    if (this.#missingBytes === 0) this.#end();
  }

  get #bodyBytes(): number {
    const short = this.#view.getUint8(1) % MASKED;
    if (short < TWO_BYTES) return short;
    if (short === TWO_BYTES) return this.#view.getUint16(2);
    return this.#view.getUint32(2) * 2 ** 32 + this.#view.getUint32(6);
  }

  #isAllowed(bytes: number): boolean {
    const second = this.#view.getUint8(1);
    if ((second & MASKED) !== this.#masked) return false;
    const isFragmented = this.#fragments.length > 0;
    switch (this.#view.getUint8(0)) {
      case CLOSE:
      case PING:
      case PONG:
        // However short it is, its length is said in the first two bytes.
        return second % MASKED <= CONTROL_BYTES_MAX;
      case FIRST:
      case WHOLE:
        return !isFragmented && bytes <= MESSAGE_BYTES_MAX;
      case MORE:
      case LAST:
        return (
          isFragmented &&
          this.#fragments.length < FRAGMENTS_MAX &&
          this.#fragmentBytes + bytes <= MESSAGE_BYTES_MAX
        );
      default:
        return false;
    }
  }

  #readBody(chunk: Uint8Array, from: number): number {
    if (this.#pieces.length === PIECES_MAX) {
      this.#violate();
      return from;
    }
    const piece = chunk.subarray(from, from + this.#missingBytes);
    this.#pieces.push(piece);
    this.#missingBytes -= piece.length;
    if (this.#missingBytes === 0) this.#end();
    return from + piece.length;
  }

  /** The frame is whole. */
  #end(): void {
    const [kind, pieces, chunks] = [this.#view.getUint8(0), this.#pieces, this.#chunks];
    const head = this.#head.subarray(0, this.#headBytes);
    this.#pieces = [];
    this.#chunks = [];
    this.#headBytes = 0;
    if (kind >= CLOSE) {
      this.#isOver = kind === CLOSE;
      this.#events.onControl(concat(head, ...pieces));
    } else {
      this.#take(kind, this.#unmask(head, pieces));
    }
    for (const chunk of chunks) giveBack(chunk);
  }

  #take(kind: number, body: Uint8Array): void {
    if (kind === WHOLE) return this.#deliver(body);
    this.#fragments.push(body.slice());
    this.#fragmentBytes += body.length;
    if (kind !== LAST) return;
    const message = concat(...this.#fragments);
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#deliver(message);
  }

  #deliver(message: Uint8Array): void {
    if (message.length === 0) this.#violate();
    else this.#events.onMessage(message);
  }

  #unmask(head: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array {
    const [only] = pieces;
    if (this.#masked === 0 && only !== undefined && pieces.length === 1) return only;
    let length = 0;
    for (const piece of pieces) {
      room.set(piece, length);
      length += piece.length;
    }
    if (this.#masked !== 0) {
      const [word = 0] = new Uint32Array(head.slice(-MASK_BYTES).buffer);
      const end = Math.ceil(length / 4);
      for (let at = 0; at < end; at++) words[at] = (words[at] ?? 0) ^ word;
    }
    return room.subarray(0, length);
  }

  #violate(): void {
    this.stop();
    this.#events.onViolated();
  }
}

/** How many say of what kind and how long a frame is, as far as what came of it says. */
function sizedBytes([, second = 0]: Uint8Array, readBytes: number): number {
  const short = readBytes < 2 ? 0 : second % MASKED;
  return 2 + (short < TWO_BYTES ? 0 : short === EIGHT_BYTES ? 8 : 2);
}

/** How many it has in all, as far as what came of it says. */
const headBytes = (head: Uint8Array, readBytes: number): number =>
  sizedBytes(head, readBytes) + (readBytes < 2 || (head[1] ?? 0) < MASKED ? 0 : MASK_BYTES);
