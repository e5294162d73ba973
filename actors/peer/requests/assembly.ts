import { unfilled } from '../../../storage/bytes.ts';
import type { Encoding } from '../wire/frame.ts';
import type { Payload } from './payload.ts';

/** What so many bytes that come in parts take until they are whole: a third more, to grow into. */
export const bytesFor = (partBytes: number): number => Math.ceil((partBytes * 4) / 3);

/** How many bytes may come in parts, to take no more than that. */
export const partOf = (bytes: number): number => Math.floor((bytes * 3) / 4);

const heldFor = (size: number, receivedBytes: number): number =>
  Math.min(size, Math.floor((receivedBytes * 4) / 3));

/**
 * A payload that comes in several parts. What it takes is at most a third more than has come, never
 * what was claimed, and exactly its size in the end.
 */
export class Assembly {
  readonly size: number;
  readonly #encoding: Encoding;
  #bytes: Uint8Array;
  #receivedBytes: number;

  constructor(size: number, encoding: Encoding, first: Uint8Array) {
    this.size = size;
    this.#encoding = encoding;
    this.#bytes = unfilled(heldFor(size, first.length));
    this.#bytes.set(first);
    this.#receivedBytes = first.length;
  }

  /** What is held for it: all it may take before another part comes. */
  get heldBytes(): number {
    return heldFor(this.size, this.#receivedBytes);
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get missingBytes(): number {
    return this.size - this.#receivedBytes;
  }

  /** How many bytes more are to be held with so many more received. */
  growthFor(bytes: number): number {
    return heldFor(this.size, this.#receivedBytes + bytes) - this.heldBytes;
  }

  /** No more than is missing. */
  add(part: Uint8Array): void {
    const receivedBytes = this.#receivedBytes + part.length;
    if (receivedBytes > this.#bytes.length) {
      const larger = unfilled(heldFor(this.size, receivedBytes));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#receivedBytes);
    this.#receivedBytes = receivedBytes;
  }

  /** Once nothing is missing. */
  get payload(): Payload {
    return { encoding: this.#encoding, bytes: this.#bytes };
  }
}
