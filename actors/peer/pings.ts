import { TokenBucket } from '../../machines/token-bucket.ts';
import { sameBytes } from '../../storage/bytes.ts';
import type { RandomBytes } from '../../storage/ports.ts';
import { NONCE_BYTES } from './wire/frame.ts';

/** SPEC section 6: at most 64 in 10 seconds. */
const BUDGET = { perSecond: 6.4, burst: 64 };

/** Whether the other side is there, and how far away. Times are monotonic milliseconds. */
export class Pings {
  /** The shortest way there and back so far. */
  nearestMs = Number.POSITIVE_INFINITY;
  readonly #random: RandomBytes;
  readonly #budget: TokenBucket;
  #sent: { readonly nonce: Uint8Array; readonly atMs: number } | undefined;

  constructor(random: RandomBytes, nowMs: number) {
    this.#random = random;
    this.#budget = new TokenBucket(BUDGET, nowMs);
  }

  /** From now on an answer to the last one of ours is too late. True if there was none. */
  giveUp(): boolean {
    const isWaiting = this.#sent !== undefined;
    this.#sent = undefined;
    return isWaiting;
  }

  /** The nonce of the next one of ours; an answer to the one before counts no more. */
  begin(nowMs: number): Uint8Array {
    const nonce = this.#random(NONCE_BYTES);
    this.#sent = { nonce, atMs: nowMs };
    return nonce;
  }

  /** Whether a pong answers the last one of ours. */
  answered(nonce: Uint8Array, nowMs: number): boolean {
    const sent = this.#sent;
    if (sent === undefined || !sameBytes(sent.nonce, nonce)) return false;
    this.#sent = undefined;
    this.nearestMs = Math.min(this.nearestMs, nowMs - sent.atMs);
    return true;
  }

  /** False if the other side asks more often than it may. */
  asked(nowMs: number): boolean {
    return this.#budget.take(1, nowMs);
  }
}
