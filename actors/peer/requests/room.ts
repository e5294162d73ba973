import type { Account } from '../ledger.ts';
import type { FrameWriter } from '../wire/frame-writer.ts';
import type { Exchange } from './exchange.ts';
import { ALL_WINDOW_BYTES, ANSWERS_WINDOW_BYTES, ID_WINDOW_BYTES, isLarge } from './flow.ts';
import { type Creditor, Purse } from './purse.ts';

/**
 * How much more the other side of a connection may send: credit is given only while all it may send
 * fits beside what is held already, and what was promised, whether it asks or answers.
 */
export class Room implements Creditor {
  /** Requests of the other side, and the answers to them that wait to be sent. */
  readonly requests: Purse;
  /** Answers to requests of ours. */
  readonly answers: Purse;
  /** There is credit to be written. */
  readonly #onCredit: () => void;
  #leftBytes = ALL_WINDOW_BYTES;
  #isClosed = false;
  readonly #crediting = new Set<Exchange>();

  constructor(account: Account, onCredit: () => void) {
    this.#onCredit = onCredit;
    this.requests = new Purse(account, this, ALL_WINDOW_BYTES - ANSWERS_WINDOW_BYTES);
    this.answers = new Purse(account, this, ALL_WINDOW_BYTES);
  }

  /** What came counts, whoever it is for. False if it may not have been sent. */
  take(bytes: number): boolean {
    this.#leftBytes -= bytes;
    this.onFreed();
    return this.#leftBytes >= 0;
  }

  /** For what is to be sent, instead of the request: what the other may ask still fits beside. */
  holdAnswer(bytes: number, requestBytes: number): boolean {
    const windowBytes = Math.max(0, this.#leftBytes - ANSWERS_WINDOW_BYTES);
    return this.requests.holdInstead(bytes, requestBytes, windowBytes);
  }

  /** Nothing more is received of it. */
  drop(exchange: Exchange): void {
    this.#crediting.delete(exchange);
    exchange.purse.drop(exchange);
  }

  credit(exchange: Exchange): void {
    if (this.#dueOf(exchange) === 0) return;
    this.#crediting.add(exchange);
    this.#onCredit();
  }

  onFreed(): void {
    if (this.#dueBytes > 0) this.#onCredit();
  }

  get hasCredit(): boolean {
    return this.#crediting.size > 0 || this.#dueBytes > 0;
  }

  /** False if there is more than fits. */
  writeCredit(writer: FrameWriter): boolean {
    for (const exchange of this.#crediting) {
      const { id } = exchange;
      const bytes = this.#dueOf(exchange);
      if (bytes > 0 && !writer.write({ kind: 'credit', id, bytes })) return false;
      exchange.receiveLeftBytes += bytes;
      this.#crediting.delete(exchange);
    }
    const bytes = this.#dueBytes;
    if (bytes > 0 && !writer.write({ kind: 'credit', id: 0, bytes })) return false;
    this.#leftBytes += bytes;
    return true;
  }

  /** The connection is over: all is given back, once. */
  close(): void {
    this.requests.close();
    this.answers.close();
    this.#crediting.clear();
    this.#isClosed = true;
  }

  /** Crumbs are not worth a frame. */
  get #dueBytes(): number {
    if (this.#isClosed) return 0;
    const askedBytes = ANSWERS_WINDOW_BYTES + this.requests.windowBytes;
    const mayBytes = Math.min(ALL_WINDOW_BYTES, askedBytes, this.answers.windowBytes);
    return due(mayBytes, this.#leftBytes);
  }

  #dueOf(exchange: Exchange): number {
    const { assembly, receiveLeftBytes } = exchange;
    if (assembly === undefined) return due(exchange.streamBytes, receiveLeftBytes);
    if (isLarge(assembly.size) && !exchange.isGranted) return 0;
    // What is under way comes to its end, read or not: others wait for that.
    return due(Math.min(ID_WINDOW_BYTES, assembly.missingBytes), receiveLeftBytes);
  }
}

const due = (mayBytes: number, leftBytes: number): number => {
  const bytes = mayBytes - leftBytes;
  return bytes > 0 && bytes * 4 >= mayBytes ? bytes : 0;
};
