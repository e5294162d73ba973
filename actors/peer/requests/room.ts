import type { Account } from '../ledger.ts';
import type { PayloadFrame, RequestFrame } from '../wire/frame.ts';
import type { FrameWriter } from '../wire/frame-writer.ts';
import { Assembly, firstCapacity } from './assembly.ts';
import type { Exchange } from './exchange.ts';
import {
  ALL_WINDOW_BYTES,
  type ExchangeViolation,
  ID_WINDOW_BYTES,
  isLarge,
  UnderWay,
} from './flow.ts';

/**
 * What is held for the other side of a connection, and how much more it may send: credit is given
 * only while all it may send fits beside what is held already, and what was promised.
 */
export class Room {
  readonly #account: Account;
  /** There is credit to be written. */
  readonly #onCredit: () => void;
  #leftBytes = ALL_WINDOW_BYTES;
  #heldBytes = 0;
  #isClosed = false;
  /** What is missing of payloads that were granted. */
  #promisedBytes = 0;
  readonly #underWay = new UnderWay();
  /** Large payloads that wait to be granted, in order. */
  readonly #ungranted = new Set<Exchange>();
  readonly #crediting = new Set<Exchange>();

  constructor(account: Account, onCredit: () => void) {
    this.#account = account;
    this.#onCredit = onCredit;
  }

  /** What came counts, whoever it is for. False if it may not have been sent. */
  take(bytes: number): boolean {
    this.#leftBytes -= bytes;
    if (this.#dueBytes > 0) this.#onCredit();
    return this.#leftBytes >= 0;
  }

  hold(bytes: number): boolean {
    if (this.#isClosed || !this.#account.hold(bytes)) return false;
    this.#heldBytes += bytes;
    return true;
  }

  /** For what is to be sent: what the other may send still fits beside it. */
  holdAnswer(bytes: number): boolean {
    return bytes <= this.#spareBytes && this.hold(bytes);
  }

  free(bytes: number): void {
    if (bytes === 0 || this.#isClosed) return;
    this.#heldBytes -= bytes;
    this.#account.free(bytes);
    if (this.#ungranted.size > 0) this.#grant();
    if (this.#dueBytes > 0) this.#onCredit();
  }

  /** The first part of a payload that needs several. */
  begin(
    exchange: Exchange,
    { size, encoding, part }: RequestFrame | PayloadFrame,
  ): ExchangeViolation | 'full' | undefined {
    if (!this.#underWay.hasRoomFor(size)) return 'underWay';
    if (!this.hold(firstCapacity(size, part.length))) return 'full';
    this.#underWay.add(size);
    exchange.assembly = new Assembly(size, encoding, part);
    if (isLarge(size)) {
      this.#ungranted.add(exchange);
      this.#grant();
    }
    return undefined;
  }

  /** Another part. */
  add(exchange: Exchange, assembly: Assembly, part: Uint8Array): 'size' | 'full' | undefined {
    if (part.length > assembly.missingBytes) return 'size';
    const growth = assembly.growthFor(part.length);
    if (!this.hold(growth)) return 'full';
    if (exchange.isGranted) this.#promisedBytes -= growth;
    assembly.add(part);
    this.credit(exchange);
    return undefined;
  }

  /** It is whole, or given up: its bytes stay held until they are freed. */
  end(exchange: Exchange): void {
    const { assembly } = exchange;
    if (assembly === undefined) return;
    exchange.assembly = undefined;
    this.#underWay.delete(assembly.size);
    this.#ungranted.delete(exchange);
    if (exchange.isGranted) this.#promisedBytes -= assembly.size - assembly.capacity;
    exchange.isGranted = false;
  }

  /** Nothing more is received of it. */
  drop(exchange: Exchange): void {
    const heldBytes = exchange.assembly?.capacity ?? 0;
    this.end(exchange);
    this.#crediting.delete(exchange);
    this.free(heldBytes);
  }

  /** Whether credit with its id is due may have changed. */
  credit(exchange: Exchange): void {
    if (this.#dueOf(exchange) === 0) return;
    this.#crediting.add(exchange);
    this.#onCredit();
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
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#account.free(this.#heldBytes);
    this.#heldBytes = 0;
    this.#ungranted.clear();
    this.#crediting.clear();
    this.#leftBytes = ALL_WINDOW_BYTES;
  }

  get #spareBytes(): number {
    const { heldBytesMax } = this.#account;
    return heldBytesMax - this.#heldBytes - this.#promisedBytes - this.#leftBytes;
  }

  /** Crumbs are not worth a frame. */
  get #dueBytes(): number {
    const mayBytes = Math.min(ALL_WINDOW_BYTES, this.#spareBytes + this.#leftBytes);
    return due(mayBytes, this.#leftBytes);
  }

  #dueOf(exchange: Exchange): number {
    const { assembly, receiveLeftBytes } = exchange;
    if (assembly === undefined || !isLarge(assembly.size)) {
      return due(exchange.streamBytes, receiveLeftBytes);
    }
    if (!exchange.isGranted) return 0;
    return due(Math.min(ID_WINDOW_BYTES, assembly.missingBytes), receiveLeftBytes);
  }

  #grant(): void {
    for (const exchange of this.#ungranted) {
      const { assembly } = exchange;
      if (assembly === undefined) continue;
      const missingBytes = assembly.size - assembly.capacity;
      const mayBytes = this.#account.heldBytesMax - ALL_WINDOW_BYTES;
      if (this.#heldBytes + this.#promisedBytes + missingBytes > mayBytes) return;
      this.#ungranted.delete(exchange);
      exchange.isGranted = true;
      this.#promisedBytes += missingBytes;
      this.credit(exchange);
    }
  }
}

const due = (mayBytes: number, leftBytes: number): number => {
  const bytes = mayBytes - leftBytes;
  return bytes > 0 && bytes * 4 >= mayBytes ? bytes : 0;
};
