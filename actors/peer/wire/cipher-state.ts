import type { ChaChaPoly } from '../../../storage/chacha-poly.ts';
import type { Primitives } from './primitives.ts';

export const TAG_BYTES = 16;

/** No key seals more messages than this. */
export const MESSAGES_MAX = 2 ** 32;

const NOTHING: Uint8Array = new Uint8Array();

/** Noise 5.1: one key and how often it was used. */
export class CipherState {
  /** Undefined once it is wiped. */
  #cipher: ChaChaPoly | undefined;
  readonly #nonce = new Uint8Array(12);
  #count: number;

  /**
   * @param key is copied.
   * @param count how many messages came before.
   */
  constructor(primitives: Primitives, key: Uint8Array, count = 0) {
    this.#cipher = primitives.chaChaPoly(key);
    this.#count = count;
  }

  /** Messages so far; one that did not decrypt is none. */
  get count(): number {
    return this.#count;
  }

  get isSpent(): boolean {
    return this.#count >= MESSAGES_MAX;
  }

  /**
   * Into the first `plain.length + 16` bytes of `into`.
   * @throws {RangeError} once it is spent.
   */
  encryptInto(into: Uint8Array, plain: Uint8Array, associated = NOTHING): void {
    if (this.#cipher === undefined || this.isSpent) {
      throw new RangeError(`a key seals at most ${MESSAGES_MAX} messages`);
    }
    this.#cipher.encrypt(this.#nonceNow(), associated, plain, into);
    this.#count += 1;
  }

  /** Undefined, and nothing moved, if it was not sealed so, or the key is spent. */
  decrypt(sealed: Uint8Array, associated = NOTHING): Uint8Array | undefined {
    if (this.#cipher === undefined || this.isSpent) return undefined;
    const nonce = this.#nonceNow();
    const plain = this.#cipher.decrypt(nonce, associated, sealed);
    if (plain !== undefined) this.#count += 1;
    return plain;
  }

  wipe(): void {
    this.#cipher = undefined;
    this.#count = MESSAGES_MAX;
  }

  #nonceNow(): Uint8Array {
    new DataView(this.#nonce.buffer).setUint32(4, this.#count, true);
    return this.#nonce;
  }
}
