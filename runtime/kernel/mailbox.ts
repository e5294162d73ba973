import type { EventObject } from 'xstate';
import type { Ask } from './ask.ts';
import { Fifo } from './fifo.ts';

/** An accepted event on its way. */
export interface Letter {
  readonly event: EventObject;
  /** How many incarnations it has brought down. */
  attempts: number;
  readonly ask: Ask | undefined;
  /** By which number an onlooker knows it. */
  told: number | undefined;
}

/** A bounded queue that outlives the incarnations it is read by. */
export class Mailbox extends Fifo<Letter> {
  readonly #eventsMax: number;

  constructor(eventsMax: number) {
    super();
    this.#eventsMax = eventsMax;
  }

  get isFull(): boolean {
    return this.size >= this.#eventsMax;
  }
}
