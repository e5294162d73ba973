import type { Clock } from '../../storage/ports.ts';

/** An initiator says so many messages in one go: the last of Noise, and its seal. */
const WAITING_MAX = 2;

/**
 * Messages of the handshakes of those who arrive: one in each turn of the process, so that whoever
 * is known already waits for one of them at most, however many come at once.
 */
export class HandshakeQueue {
  readonly #clock: Pick<Clock, 'soon'>;
  readonly #waiting: { readonly of: object; readonly take: () => void }[] = [];
  readonly #counts = new WeakMap<object, number>();
  #isDue = false;

  constructor(clock: Pick<Clock, 'soon'>) {
    this.#clock = clock;
  }

  /** False if more of that connection wait already than there can be. */
  add(of: object, take: () => void): boolean {
    const count = this.#counts.get(of) ?? 0;
    if (count >= WAITING_MAX) return false;
    this.#counts.set(of, count + 1);
    this.#waiting.push({ of, take });
    this.#runSoon();
    return true;
  }

  #runSoon(): void {
    if (this.#isDue || this.#waiting.length === 0) return;
    this.#isDue = true;
    this.#clock.soon(() => {
      this.#isDue = false;
      this.#next();
      this.#runSoon();
    });
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#counts.set(next.of, (this.#counts.get(next.of) ?? 1) - 1);
    next.take();
  }
}
