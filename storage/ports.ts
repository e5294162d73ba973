/** Takes a scheduled task back. Calling it twice, or after the task ran, does nothing. */
export type Cancel = () => void;

/**
 * The only source of time. The real world reads the machine's clocks; the simulated one steps from
 * due time to due time, so that a whole run replays from a seed.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back, not even when the wall clock does. */
  monotonicMs(): number;
  /** Milliseconds since 1970-01-01 UTC, as the machine believes. */
  wallMs(): number;
  /**
   * Runs `task` once, no earlier than `delayMs` from now. Tasks due at the same instant run in the
   * order they were scheduled. Any finite delay is kept, beyond the 24.8 days of `setTimeout` too.
   * @throws {RangeError} if `delayMs` is negative or not a finite number.
   */
  after(delayMs: number, task: () => void): Cancel;
  /** Runs `task` on a later turn, once input and due timers had their chance; in order. */
  soon(task: () => void): void;
}
