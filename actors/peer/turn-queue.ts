import type { Clock } from '../../storage/ports.ts';

/** So many steps are made in one turn of the process, whoever they are for. */
const STEPS_PER_TURN = 4;

/** Work of all connections that is too much for one turn: step by step, in order. */
export class TurnQueue {
  readonly #clock: Pick<Clock, 'soon'>;
  readonly #steps: (() => void)[] = [];
  #isDue = false;

  constructor(clock: Pick<Clock, 'soon'>) {
    this.#clock = clock;
  }

  add(step: () => void): void {
    this.#steps.push(step);
    this.#runSoon();
  }

  #runSoon(): void {
    if (this.#isDue || this.#steps.length === 0) return;
    this.#isDue = true;
    this.#clock.soon(() => {
      this.#isDue = false;
      for (const step of this.#steps.splice(0, STEPS_PER_TURN)) step();
      this.#runSoon();
    });
  }
}
