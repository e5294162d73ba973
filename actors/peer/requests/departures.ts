import type { Exchange } from './exchange.ts';
import { isLarge, UnderWay } from './flow.ts';
import type { Payload } from './payload.ts';
import { Turns } from './turns.ts';

/** Which of our requests are under way, or of our answers: neither wait for the others. */
export class Departures {
  /** Of the credit for all, what is left to others. */
  readonly keptBytes: number;
  readonly #underWay = new UnderWay();
  /** They wait until there is less under way. */
  readonly #medium = new Turns();
  readonly #large = new Turns();

  constructor(keptBytes: number) {
    this.keptBytes = keptBytes;
  }

  /** Whether it may be under way; otherwise it waits. */
  setOut(exchange: Exchange, { bytes: { length } }: Payload): boolean {
    if (exchange.underWayBytes > 0) return true;
    const waiting = isLarge(length) ? this.#large : this.#medium;
    if (waiting.size > 0 || !this.#underWay.hasRoomFor(length)) {
      exchange.turns?.delete(exchange);
      waiting.push(exchange);
      return false;
    }
    this.#begin(exchange, length);
    return true;
  }

  /** It is under way no longer; those that may set out now are added to the others. */
  release(exchange: Exchange, others: Turns): void {
    this.#underWay.delete(exchange.underWayBytes);
    exchange.underWayBytes = 0;
    this.#setOutNext(this.#medium, others);
    this.#setOutNext(this.#large, others);
  }

  #setOutNext(waiting: Turns, others: Turns): void {
    for (let next = waiting.first; next?.outgoing !== undefined; next = waiting.first) {
      const { length } = next.outgoing.bytes;
      if (!this.#underWay.hasRoomFor(length)) return;
      waiting.delete(next);
      this.#begin(next, length);
      others.push(next);
    }
  }

  #begin(exchange: Exchange, bytes: number): void {
    this.#underWay.add(bytes);
    exchange.underWayBytes = bytes;
  }
}
