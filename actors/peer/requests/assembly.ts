import { unfilled } from '../../../storage/bytes.ts';
import type { Encoding } from '../wire/frame.ts';
import { isLarge } from './flow.ts';
import type { Payload } from './payload.ts';

const capacityFor = (size: number, receivedBytes: number): number =>
  Math.min(size, 2 * receivedBytes);

/** How many bytes it takes at first. Large ones wait to be granted, and take no more than came. */
export const firstCapacity = (size: number, receivedBytes: number): number =>
  isLarge(size) ? receivedBytes : capacityFor(size, receivedBytes);

/**
 * A payload that comes in several parts. What it takes is at most twice what has come, never what
 * was claimed, and exactly its size in the end.
 */
export class Assembly {
  readonly size: number;
  readonly #encoding: Encoding;
  #bytes: Uint8Array;
  #receivedBytes: number;

  constructor(size: number, encoding: Encoding, first: Uint8Array) {
    this.size = size;
    this.#encoding = encoding;
    this.#bytes = unfilled(firstCapacity(size, first.length));
    this.#bytes.set(first);
    this.#receivedBytes = first.length;
  }

  /** How many bytes it takes. */
  get capacity(): number {
    return this.#bytes.length;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get missingBytes(): number {
    return this.size - this.#receivedBytes;
  }

  /** How many bytes more it will take with so many more received. */
  growthFor(bytes: number): number {
    const receivedBytes = this.#receivedBytes + bytes;
    if (receivedBytes <= this.capacity) return 0;
    return capacityFor(this.size, receivedBytes) - this.capacity;
  }

  /** No more than is missing. */
  add(part: Uint8Array): void {
    const growth = this.growthFor(part.length);
    if (growth > 0) {
      const larger = unfilled(this.capacity + growth);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#receivedBytes);
    this.#receivedBytes += part.length;
  }

  /** Once nothing is missing. */
  get payload(): Payload {
    return { encoding: this.#encoding, bytes: this.#bytes };
  }
}
