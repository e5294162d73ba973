import type { TurnQueue } from './turn-queue.ts';

/** Two hellos, the last message of Noise, and a seal: an initiator says no more before it is in. */
const MESSAGES_MAX = 4;

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

  /** False if that connection has said more than a handshake is, whatever became of it. */
  add(of: object, take: () => void): boolean {
    const count = this.#counts.get(of) ?? 0;
    if (count >= MESSAGES_MAX) return false;
    this.#counts.set(of, count + 1);
    this.#turns.addStranger(take);
    return true;
  }
}
