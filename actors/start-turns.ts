import type { Cancel, Clock } from '../storage/ports.ts';
import { onAbort } from './on-abort.ts';

/** Whose turn it is to make something: so many at once, and whoever asked first goes first. */
export class StartTurns {
  readonly #clock: Clock;
  readonly #startsMax: number;
  readonly #waitMsMax: number;
  readonly #waiting = new Set<(isMine: boolean) => void>();
  #underway = 0;

  constructor(clock: Clock, startsMax: number, waitMsMax: number) {
    this.#clock = clock;
    this.#startsMax = startsMax;
    this.#waitMsMax = waitMsMax;
  }

  /** False if it is not its turn in time, or before `signal` aborts. */
  async take(signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted === true) return false;
    if (this.#underway < this.#startsMax) {
      this.#underway += 1;
      return true;
    }
    return await new Promise((resolve) => {
      const forget: Cancel[] = [];
      const settle = (isMine: boolean): void => {
        this.#waiting.delete(settle);
        for (const one of forget) one();
        resolve(isMine);
      };
      const giveUp = (): void => settle(false);
      this.#waiting.add(settle);
      forget.push(this.#clock.after(this.#waitMsMax, giveUp));
      if (signal !== undefined) forget.push(onAbort(signal, giveUp));
    });
  }

  /** Whoever's turn it was is done. */
  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#underway -= 1;
    else next(true);
  }

  /** Nobody waits any more. */
  close(): void {
    for (const settle of this.#waiting) settle(false);
  }
}
