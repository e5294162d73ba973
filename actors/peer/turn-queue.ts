import type { Clock } from '../../storage/ports.ts';

/** So many steps are made in one turn of the process, whoever they are for. */
const STEPS_PER_TURN = 4;
/** After this long nothing more is begun but what is sent. */
const TURN_MS = 1;

/**
 * What all connections do in one turn of the process: what is ready is sent, then some steps of
 * what is too much for one turn are made, in order, then one step for a stranger. They share a
 * millisecond with whoever takes more than its share: whoever is served in this turn waits for no
 * more than that, however many there are of each. What finds nothing left is first in the next.
 */
export class TurnQueue {
  readonly #clock: Pick<Clock, 'soon' | 'monotonicMs'>;
  readonly #sendings: (() => void)[] = [];
  readonly #steps: (() => void)[] = [];
  readonly #strangers: (() => void)[] = [];
  #isDue = false;
  #takenAtMs: number | undefined;
  #isStrangerOwed = false;

  constructor(clock: Pick<Clock, 'soon' | 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** At the end of this turn, before all else. */
  send(task: () => void): void {
    this.#sendings.push(task);
    this.#runSoon();
  }

  add(step: () => void): void {
    this.#steps.push(step);
    this.#runSoon();
  }

  /** For somebody of whom it is not known who it is. */
  addStranger(step: () => void): void {
    this.#strangers.push(step);
    this.#runSoon();
  }

  /**
   * Whether whoever takes more than its share may go on in this turn: for a millisecond since the
   * first of them did, unless one of them waits.
   */
  take(): boolean {
    if (this.#steps.length > 0) return false;
    const nowMs = this.#clock.monotonicMs();
    this.#takenAtMs ??= nowMs;
    this.#runSoon();
    return nowMs - this.#takenAtMs < TURN_MS;
  }

  #runSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#clock.soon(() => this.#run());
  }

  #run(): void {
    this.#isDue = false;
    for (const task of this.#sendings.splice(0)) task();
    this.#share((this.#takenAtMs ?? this.#clock.monotonicMs()) + TURN_MS);
    this.#takenAtMs = undefined;
    if (this.#steps.length > 0 || this.#strangers.length > 0) this.#runSoon();
  }

  #share(untilMs: number): void {
    const isOwed = this.#isStrangerOwed;
    if (isOwed) this.#strangers.shift()?.();
    if (!isOwed || this.#clock.monotonicMs() < untilMs) this.#makeSteps(untilMs);
    this.#isStrangerOwed = !isOwed && this.#clock.monotonicMs() >= untilMs;
    if (!isOwed && !this.#isStrangerOwed) this.#strangers.shift()?.();
  }

  #makeSteps(untilMs: number): void {
    for (let left = STEPS_PER_TURN; left > 0 && this.#steps.length > 0; left--) {
      this.#steps.shift()?.();
      if (this.#clock.monotonicMs() >= untilMs) return;
    }
  }
}
