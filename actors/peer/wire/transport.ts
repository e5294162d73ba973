import { unfilled } from '../../../storage/bytes.ts';
import { type CipherState, TAG_BYTES } from './cipher-state.ts';
import { bodyOf, tags } from './hello.ts';

/** Sealed messages both ways, once the handshake of Noise is over. */
export class Transport {
  readonly #sending: CipherState;
  readonly #receiving: CipherState;

  constructor(sending: CipherState, receiving: CipherState) {
    this.#sending = sending;
    this.#receiving = receiving;
  }

  /** Whether no further message can be sealed: the connection ends then. */
  get isSpent(): boolean {
    return this.#sending.isSpent;
  }

  /**
   * The message to send, with at most 65,519 bytes within.
   * @throws {RangeError} once it is spent.
   */
  seal(plain: Uint8Array): Uint8Array {
    const message = unfilled(1 + plain.length + TAG_BYTES);
    message[0] = tags.sealed;
    this.#sending.encryptInto(message.subarray(1), plain);
    return message;
  }

  /** What is within; undefined if it is not the next sealed message: then the connection ends. */
  open(message: Uint8Array): Uint8Array | undefined {
    const sealed = bodyOf(tags.sealed, message);
    return sealed && this.#receiving.decrypt(sealed);
  }

  wipe(): void {
    this.#sending.wipe();
    this.#receiving.wipe();
  }
}
