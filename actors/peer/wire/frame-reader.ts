import { isZero } from '../../../storage/bytes.ts';
import {
  type Encoding,
  encodings,
  type Frame,
  kinds,
  MESSAGE_BYTES_MAX,
  NAME_BYTES_MAX,
  NONCE_BYTES,
  PADDING,
  PASS_BYTES,
  PAYLOAD_BYTES_MAX,
  ROTATION_BYTES_MAX,
} from './frame.ts';
import { sizeClassOf } from './size-class.ts';
import { readUtf8 } from './utf8.ts';

/** Why a sealed message is not what SPEC section 6 says. */
export interface Violation {
  readonly violation:
    | 'empty'
    | 'kind'
    | 'cut'
    | 'size'
    | 'encoding'
    | 'text'
    | 'flags'
    | 'rekey'
    | 'afterBye'
    | 'padding';
}

/** All frames of a sealed message, or what is wrong with it: then none of them counts. */
export function readFrames(plain: Uint8Array): readonly Frame[] | Violation {
  const reader = new FrameReader(plain);
  const frames: Frame[] = [];
  try {
    while (!reader.isOver) {
      if (frames.at(-1)?.kind === 'bye') return { violation: 'afterBye' };
      frames.push(reader.next());
      if (frames.at(-1)?.kind === 'rekey' && frames.length > 1) return { violation: 'rekey' };
    }
    if (frames.length === 0) return { violation: 'empty' };
    return plain.length === sizeClassOf(plain.length) ? frames : { violation: 'padding' };
  } catch (error) {
    if (error instanceof Refused) return { violation: error.violation };
    throw error;
  }
}

/** Carries a violation out of the middle of a frame; it leaves this file by no door. */
class Refused extends Error {
  readonly violation: Violation['violation'];

  constructor(violation: Violation['violation']) {
    super(violation);
    this.violation = violation;
  }
}

const NOTHING = new Uint8Array();

class FrameReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isOver(): boolean {
    if (this.#bytes[this.#at] !== PADDING) return this.#at === this.#bytes.length;
    if (!isZero(this.#bytes.subarray(this.#at))) throw new Refused('padding');
    return true;
  }

  next(): Frame {
    const kind = kinds[this.#u8() - 1];
    switch (kind) {
      case 'request':
        return this.#request();
      case 'response':
      case 'item': {
        const id = this.#u32();
        const { encoding, size } = this.#payload();
        return { kind, id, encoding, size, part: this.#part(0, size) };
      }
      case 'stream':
      case 'end':
      case 'cancel':
        return { kind, id: this.#u32() };
      case 'data':
        return { kind, id: this.#u32(), part: this.#part(1, PAYLOAD_BYTES_MAX) };
      case 'error':
        return this.#error();
      case 'credit':
        return { kind, id: this.#u32(), bytes: this.#u32() };
      case 'ping':
      case 'pong':
        return { kind, nonce: this.#take(NONCE_BYTES) };
      case 'bye':
      case 'rekey':
      case 'switch':
        return { kind };
      case 'offer':
      case 'answer':
        return { kind, part: this.#part(1, ROTATION_BYTES_MAX) };
      case 'pass':
        return { kind, pass: this.#take(PASS_BYTES) };
      case 'relay':
        return { kind, circuit: this.#u32(), part: this.#part(0, PAYLOAD_BYTES_MAX) };
      default:
        throw new Refused('kind');
    }
  }

  #request(): Frame {
    const id = this.#u32();
    const timeoutMs = this.#u32();
    const { encoding, size } = this.#payload();
    const name = this.#text(this.#u8(), 1, NAME_BYTES_MAX);
    return { kind: 'request', id, timeoutMs, encoding, size, name, part: this.#part(0, size) };
  }

  #error(): Frame {
    const id = this.#u32();
    const retryAfterMs = this.#u32();
    const flags = this.#u8();
    if (flags > 1) throw new Refused('flags');
    const code = this.#text(this.#u8(), 1, NAME_BYTES_MAX);
    const message = this.#text(this.#u16(), 0, MESSAGE_BYTES_MAX);
    return { kind: 'error', id, retryAfterMs, retryable: flags === 1, code, message };
  }

  #payload(): { encoding: Encoding; size: number } {
    const encoding = encodings[this.#u8()];
    const size = this.#u32();
    if (encoding === undefined) throw new Refused('encoding');
    if (size > PAYLOAD_BYTES_MAX || (encoding === 'nothing' && size > 0)) throw new Refused('size');
    return { encoding, size };
  }

  #part(min: number, max: number): Uint8Array {
    const length = this.#u16();
    if (length < min || length > max) throw new Refused('size');
    return this.#take(length);
  }

  #text(length: number, min: number, max: number): string {
    if (length < min || length > max) throw new Refused('size');
    const text = readUtf8(this.#take(length));
    if (text === undefined) throw new Refused('text');
    return text;
  }

  #take(length: number): Uint8Array {
    if (length === 0) return NOTHING;
    const from = this.#advance(length);
    return this.#bytes.subarray(from, from + length);
  }

  #u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  #u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  #u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  #advance(length: number): number {
    const from = this.#at;
    if (from + length > this.#bytes.length) throw new Refused('cut');
    this.#at = from + length;
    return from;
  }
}
