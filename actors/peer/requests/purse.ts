import type { Account } from '../ledger.ts';
import type { PayloadFrame, RequestFrame } from '../wire/frame.ts';
import { Assembly, bytesFor, partOf } from './assembly.ts';
import type { Exchange } from './exchange.ts';
import { type ExchangeViolation, isLarge, UnderWay } from './flow.ts';

export const PURSE_BYTES_MAX = 16_777_216;

/** Who gives credit for what a purse has room for. */
export interface Creditor {
  /** Whether credit with its id is due may have changed. */
  credit(exchange: Exchange): void;
  /** There is more room. */
  onFreed(): void;
}

/**
 * What is held of the requests of one side: of those of the other side, with the answers that wait
 * to be sent, or of the answers to ours. A large payload is granted only while all of it fits
 * beside what is held already, what was promised, and all else that may come.
 */
export class Purse {
  readonly #account: Account;
  readonly #creditor: Creditor;
  /** What is granted fits beside a full window. */
  readonly #grantedBytesMax: number;
  #heldBytes = 0;
  /** What is missing of payloads that were granted. */
  #promisedBytes = 0;
  #isClosed = false;
  readonly #underWay = new UnderWay();
  /** Large payloads that wait to be granted, in order. */
  readonly #ungranted = new Set<Exchange>();

  constructor(account: Account, creditor: Creditor, windowBytes: number) {
    this.#account = account;
    this.#creditor = creditor;
    this.#grantedBytesMax = PURSE_BYTES_MAX - bytesFor(windowBytes);
  }

  /** How much may come, in parts. */
  get windowBytes(): number {
    return partOf(PURSE_BYTES_MAX - this.#heldBytes - this.#promisedBytes);
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  hold(bytes: number): boolean {
    return this.#hold(bytes, 0);
  }

  /** Instead of what is held, which is freed in any case, and beside so much that may come. */
  holdInstead(bytes: number, heldBytes: number, windowBytes: number): boolean {
    if (this.#isClosed) return false;
    this.#release(heldBytes);
    const spareBytes = PURSE_BYTES_MAX - this.#heldBytes - this.#promisedBytes;
    const isHeld = bytes <= spareBytes - bytesFor(windowBytes) && this.hold(bytes);
    this.#offer();
    return isHeld;
  }

  free(bytes: number): void {
    if (bytes === 0 || this.#isClosed) return;
    this.#release(bytes);
    this.#offer();
  }

  /** The first part of a payload that needs several. */
  begin(
    exchange: Exchange,
    { size, encoding, part }: RequestFrame | PayloadFrame,
  ): ExchangeViolation | 'full' | undefined {
    if (!this.#underWay.hasRoomFor(size)) return 'underWay';
    const assembly = new Assembly(size, encoding, part);
    if (!this.hold(assembly.heldBytes)) return 'full';
    this.#underWay.add(size);
    exchange.assembly = assembly;
    if (isLarge(size)) {
      this.#ungranted.add(exchange);
      this.#grant();
    } else {
      this.#creditor.credit(exchange);
    }
    return undefined;
  }

  /** Another part. */
  add(exchange: Exchange, assembly: Assembly, part: Uint8Array): 'size' | 'full' | undefined {
    if (part.length > assembly.missingBytes) return 'size';
    const growth = assembly.growthFor(part.length);
    if (!this.#hold(growth, exchange.isGranted ? growth : 0)) return 'full';
    assembly.add(part);
    this.#creditor.credit(exchange);
    return undefined;
  }

  /** It is whole, or given up: its bytes stay held until they are freed. */
  end(exchange: Exchange): void {
    const { assembly } = exchange;
    if (assembly === undefined) return;
    exchange.assembly = undefined;
    this.#underWay.delete(assembly.size);
    this.#ungranted.delete(exchange);
    if (exchange.isGranted) this.#promisedBytes -= assembly.size - assembly.heldBytes;
    exchange.isGranted = false;
  }

  /** Nothing more is received of it. */
  drop(exchange: Exchange): void {
    const { assembly } = exchange;
    if (assembly === undefined || this.#isClosed) return;
    this.end(exchange);
    this.#release(assembly.heldBytes);
    this.#offer();
  }

  /** The connection is over: all is given back, once. */
  close(): void {
    if (this.#isClosed) return;
    this.#release(this.#heldBytes);
    this.#isClosed = true;
    this.#ungranted.clear();
  }

  #hold(bytes: number, promisedBytes: number): boolean {
    const heldBytes = this.#heldBytes + bytes;
    const isMore = heldBytes + this.#promisedBytes - promisedBytes > PURSE_BYTES_MAX;
    if (this.#isClosed || isMore || !this.#account.hold(bytes)) return false;
    this.#heldBytes = heldBytes;
    this.#promisedBytes -= promisedBytes;
    return true;
  }

  #release(bytes: number): void {
    this.#heldBytes -= bytes;
    this.#account.free(bytes);
  }

  #offer(): void {
    if (this.#ungranted.size > 0) this.#grant();
    this.#creditor.onFreed();
  }

  #grant(): void {
    for (const exchange of this.#ungranted) {
      const { assembly } = exchange;
      if (assembly === undefined) continue;
      const missingBytes = assembly.size - assembly.heldBytes;
      const grantedBytes = this.#heldBytes + this.#promisedBytes + missingBytes;
      if (grantedBytes > this.#grantedBytesMax) return;
      this.#ungranted.delete(exchange);
      exchange.isGranted = true;
      this.#promisedBytes += missingBytes;
      this.#creditor.credit(exchange);
    }
  }
}
