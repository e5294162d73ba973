import type { ChaChaPoly } from '../../../storage/chacha-poly.ts';
import type { Primitives } from './primitives.ts';

export const TAG_BYTES = 16;

/** No direction has more messages than this, until its keys are rotated. */
export const MESSAGES_MAX = 2 ** 32;
/** No key seals more messages than this, until it is rekeyed. */
export const MESSAGES_PER_KEY = 2 ** 20;
/** Noise 11.3: the nonce that no message has. */
const REKEY_NONCE = Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255);
const KEY_BYTES = 32;

const NOTHING: Uint8Array = new Uint8Array();

/** Noise 5.1: one key and how often it was used. */
export class CipherState {
  /** Undefined once it is wiped. */
  #cipher: ChaChaPoly | undefined;
  readonly #primitives: Primitives;
  readonly #nonce = new Uint8Array(12);
  #count: number;
  /** Messages that came before this key. */
  #rekeyedAt: number;

  /**
   * @param key is copied.
   * @param count how many messages came before.
   * @param rekeyedAt how many of them before this very key.
   */
  constructor(primitives: Primitives, key: Uint8Array, count = 0, rekeyedAt = count) {
    this.#primitives = primitives;
    this.#cipher = primitives.chaChaPoly(key);
    this.#count = count;
    this.#rekeyedAt = rekeyedAt;
  }

  /** Messages so far; one that did not decrypt is none. */
  get count(): number {
    return this.#count;
  }

  get isSpent(): boolean {
    return this.#count >= MESSAGES_MAX;
  }

  /** Messages under this very key. */
  get sinceRekey(): number {
    return this.#count - this.#rekeyedAt;
  }

  /** Noise 11.3: whoever learns this key later does not have the one before. */
  rekey(): void {
    if (this.#cipher === undefined) return;
    const sealed = new Uint8Array(KEY_BYTES + TAG_BYTES);
    this.#cipher.encrypt(REKEY_NONCE, NOTHING, new Uint8Array(KEY_BYTES), sealed);
    this.#cipher = this.#primitives.chaChaPoly(sealed.subarray(0, KEY_BYTES));
    sealed.fill(0);
    this.#rekeyedAt = this.#count;
  }

  /**
   * Into the first `plain.length + 16` bytes of `into`.
   * @throws {RangeError} once it is spent, or has to be rekeyed first.
   */
  encryptInto(into: Uint8Array, plain: Uint8Array, associated = NOTHING): void {
    if (this.#cipher === undefined || this.isSpent) {
      throw new RangeError(`a key seals at most ${MESSAGES_MAX} messages`);
    }
    if (this.sinceRekey >= MESSAGES_PER_KEY) throw new RangeError('a key has to be rekeyed');
    this.#cipher.encrypt(this.#nonceNow(), associated, plain, into);
    this.#count += 1;
  }

  /** Undefined, and nothing moved, if it was not sealed so, or the key is spent. */
  decrypt(sealed: Uint8Array, associated = NOTHING): Uint8Array | undefined {
    if (this.#cipher === undefined || this.isSpent) return undefined;
    if (this.sinceRekey >= MESSAGES_PER_KEY) return undefined;
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
