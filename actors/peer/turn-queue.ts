import type { Clock } from '../../storage/ports.ts';

/** So many steps are made in one turn of the process, whoever they are for. */
const STEPS_PER_TURN = 4;
/** After this long nothing more is begun but what is sent. */
const TURN_MS = 1;
/** Strangers have so long at once, and then, if anybody else is served, none of so long. */
const STRANGERS_MS = 0.5;
const STRANGERS_REST_MS = 4;

type TurnClock = Pick<Clock, 'soon' | 'after' | 'monotonicMs'>;

/**
 * What all connections do in one turn of the process: what is ready is sent, then some steps of
 * what is too much for one turn are made, in order. They share a millisecond with whoever takes
 * more than its share: whoever is served in this turn waits for no more than that, however many
 * there are of each. Strangers have a small part of the time while others are served, or the many
 * who come in an attack would take all that is left of it.
 */
export class TurnQueue {
  readonly #clock: TurnClock;
  readonly #sendings: (() => void)[] = [];
  readonly #steps: (() => void)[] = [];
  readonly #strangers: (() => void)[] = [];
  #isDue = false;
  #takenAtMs: number | undefined;
  /** Since strangers had their time last. */
  #hasServed = false;
  #isResting = false;

  constructor(clock: TurnClock) {
    this.#clock = clock;
  }

  /** At the end of this turn, before all else. */
  send(task: () => void): void {
    this.#sendings.push(task);
    this.#hasServed = true;
    this.#runSoon();
  }

  add(step: () => void): void {
    this.#steps.push(step);
    this.#hasServed = true;
    this.#runSoon();
  }

  /** For somebody of whom it is not known who it is. */
  addStranger(step: () => void): void {
    this.#strangers.push(step);
    if (!this.#isResting) this.#runSoon();
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
    this.#makeSteps((this.#takenAtMs ?? this.#clock.monotonicMs()) + TURN_MS);
    this.#takenAtMs = undefined;
    if (!this.#isResting) this.#meetStrangers();
    if (this.#steps.length > 0 || (this.#strangers.length > 0 && !this.#isResting)) this.#runSoon();
  }

  #makeSteps(untilMs: number): void {
    // Those that these add are of the next turn: what these make ready is sent before.
    for (let left = Math.min(STEPS_PER_TURN, this.#steps.length); left > 0; left--) {
      this.#steps.shift()?.();
      if (this.#clock.monotonicMs() >= untilMs) return;
    }
  }

  #meetStrangers(): void {
    if (this.#strangers.length === 0) return;
    const untilMs = this.#clock.monotonicMs() + STRANGERS_MS;
    do this.#strangers.shift()?.();
    while (this.#strangers.length > 0 && this.#clock.monotonicMs() < untilMs);
    this.#isResting = this.#hasServed;
    this.#hasServed = false;
    if (this.#isResting) this.#clock.after(STRANGERS_REST_MS, this.#rested);
  }

  readonly #rested = (): void => {
    this.#isResting = false;
    if (this.#strangers.length > 0) this.#runSoon();
  };
}
