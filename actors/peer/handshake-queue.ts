import type { TurnQueue } from './turn-queue.ts';

/** An initiator says so many messages in one go: the last of Noise, and its seal. */
const WAITING_MAX = 2;

/**
 * Messages of the handshakes of those who arrive: one in each turn of the process, so that whoever
 * is known already waits for one of them at most, however many come at once.
 */
export class HandshakeQueue {
  readonly #turns: Pick<TurnQueue, 'addStranger'>;
  readonly #counts = new WeakMap<object, number>();

  constructor(turns: Pick<TurnQueue, 'addStranger'>) {
    this.#turns = turns;
  }

  /** False if more of that connection wait already than there can be. */
  add(of: object, take: () => void): boolean {
    const count = this.#counts.get(of) ?? 0;
    if (count >= WAITING_MAX) return false;
    this.#counts.set(of, count + 1);
    this.#turns.addStranger(() => {
      this.#counts.set(of, (this.#counts.get(of) ?? 1) - 1);
      take();
    });
    return true;
  }
}
