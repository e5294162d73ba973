import { unfilled } from '../../../storage/bytes.ts';
import { type CipherState, MESSAGES_PER_KEY, TAG_BYTES } from './cipher-state.ts';
import { bodyOf, tags } from './hello.ts';

/** Of both directions, as one side has them. */
export interface Ciphers {
  readonly sending: CipherState;
  readonly receiving: CipherState;
}

/** Sealed messages both ways, once the handshake of Noise is over. */
export class Transport {
  #sending: CipherState;
  #receiving: CipherState;
  /** Those that are to come: each direction turns to its own at a message of its own. */
  #next: Ciphers | undefined;

  constructor(sending: CipherState, receiving: CipherState) {
    this.#sending = sending;
    this.#receiving = receiving;
  }

  /** Whether no further message can be sealed: the connection ends then. */
  get isSpent(): boolean {
    return this.#sending.isSpent;
  }

  /** Whether the next message has to say that the key is another one after it. */
  get isRekeyDue(): boolean {
    return this.#sending.sinceRekey >= MESSAGES_PER_KEY - 1;
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

  rekeySending(): void {
    this.#sending.rekey();
  }

  rekeyReceiving(): void {
    this.#receiving.rekey();
  }

  /** Both directions turn to these later, each once. */
  prepare(next: Ciphers): void {
    this.#next = next;
  }

  turnSending(): void {
    if (this.#next === undefined) return;
    this.#sending.wipe();
    this.#sending = this.#next.sending;
  }

  turnReceiving(): void {
    if (this.#next === undefined) return;
    this.#receiving.wipe();
    this.#receiving = this.#next.receiving;
  }

  wipe(): void {
    for (const ciphers of [this.#next?.sending, this.#next?.receiving]) ciphers?.wipe();
    this.#sending.wipe();
    this.#receiving.wipe();
  }
}
