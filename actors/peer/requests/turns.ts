import type { Exchange } from './exchange.ts';

/** Exchanges that wait for their turn, in order. Each may leave, from anywhere, at one price. */
export class Turns {
  #first: Exchange | undefined;
  #last: Exchange | undefined;
  #size = 0;

  get first(): Exchange | undefined {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  /** Trap: it may wait in no other. */
  push(exchange: Exchange): void {
    exchange.turns = this;
    exchange.before = this.#last;
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.after = exchange;
    this.#last = exchange;
    this.#size += 1;
  }

  /** Of those that wait here. */
  delete(exchange: Exchange): void {
    const { before, after } = exchange;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    exchange.turns = undefined;
    exchange.before = undefined;
    exchange.after = undefined;
    this.#size -= 1;
  }
}
