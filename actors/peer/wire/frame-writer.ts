import { encodings, type Frame, kinds, PADDING, PLAIN_BYTES_MAX } from './frame.ts';
import { sizeClassOf } from './size-class.ts';
import { utf8Bytes, writeUtf8 } from './utf8.ts';

/** Gathers the frames of one sealed message in one buffer, which serves again after `clear`. */
export class FrameWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytesMax = PLAIN_BYTES_MAX) {
    const buffer = new ArrayBuffer(bytesMax);
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }

  /** How many bytes are left. */
  get room(): number {
    return this.#bytes.length - this.#at;
  }

  /** What was written, as a view. */
  get plain(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** The same with its padding, to be sealed. */
  get padded(): Uint8Array {
    const end = sizeClassOf(this.#at);
    return this.#bytes.fill(PADDING, this.#at, end).subarray(0, end);
  }

  clear(): void {
    this.#at = 0;
  }

  /** False, and nothing written, if the frame does not fit. Its fields are within their limits. */
  write(frame: Frame): boolean {
    if (headBytes(frame) + ('part' in frame ? frame.part.length : 0) > this.room) return false;
    this.#u8(kinds.indexOf(frame.kind) + 1);
    if ('id' in frame) this.#u32(frame.id);
    switch (frame.kind) {
      case 'request':
        this.#u32(frame.timeoutMs);
        this.#u8(encodings.indexOf(frame.encoding));
        this.#u32(frame.size);
        this.#name(frame.name);
        this.#part(frame.part);
        break;
      case 'response':
      case 'item':
        this.#u8(encodings.indexOf(frame.encoding));
        this.#u32(frame.size);
        this.#part(frame.part);
        break;
      case 'data':
        this.#part(frame.part);
        break;
      case 'error': {
        this.#u32(frame.retryAfterMs);
        this.#u8(frame.retryable ? 1 : 0);
        this.#name(frame.code);
        const end = writeUtf8(frame.message, this.#bytes, this.#at + 2);
        this.#view.setUint16(this.#at, end - this.#at - 2);
        this.#at = end;
        break;
      }
      case 'credit':
        this.#u32(frame.bytes);
        break;
      case 'ping':
      case 'pong':
        this.#raw(frame.nonce);
        break;
      case 'pass':
        this.#raw(frame.pass);
        break;
      case 'relay':
        this.#u32(frame.circuit);
        this.#part(frame.part);
        break;
      case 'offer':
      case 'answer':
        this.#part(frame.part);
        break;
    }
    return true;
  }

  #u8(n: number): void {
    this.#bytes[this.#at] = n;
    this.#at += 1;
  }

  #u32(n: number): void {
    this.#view.setUint32(this.#at, n);
    this.#at += 4;
  }

  #name(name: string): void {
    const end = writeUtf8(name, this.#bytes, this.#at + 1);
    this.#bytes[this.#at] = end - this.#at - 1;
    this.#at = end;
  }

  #part(part: Uint8Array): void {
    this.#view.setUint16(this.#at, part.length);
    this.#at += 2;
    this.#raw(part);
  }

  #raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }
}

/** How many bytes the frame takes besides its part: what is left is room for the part. */
export function headBytes(frame: Frame): number {
  switch (frame.kind) {
    case 'request':
      return 17 + utf8Bytes(frame.name);
    case 'response':
    case 'item':
      return 12;
    case 'error':
      return 13 + utf8Bytes(frame.code) + utf8Bytes(frame.message);
    case 'stream':
    case 'end':
    case 'cancel':
      return 5;
    case 'data':
    case 'relay':
      return 7;
    case 'credit':
    case 'ping':
    case 'pong':
      return 9;
    case 'bye':
    case 'rekey':
    case 'switch':
      return 1;
    case 'offer':
    case 'answer':
      return 3;
    case 'pass':
      return 41;
  }
}
