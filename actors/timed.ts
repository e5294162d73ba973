/** Something with one deadline at a time. Its fields belong to whoever arms it. */
export abstract class Timed {
  /** The tick it is due at; 0 if it is not armed. */
  dueTick = 0;
  next: Timed | undefined;
  previous: Timed | undefined;

  /** The deadline is over. May not throw. */
  abstract expire(): void;
  /** There will be no deadline any more, for the reason that is given. May not throw. */
  abstract abandon(error: Error): void;
}

/** Who keeps deadlines. To arm and to cancel one costs the same however many there are. */
export interface Deadlines {
  /** Trap: what is armed already has to be cancelled first. */
  arm(timed: Timed, delayMs: number): void;
  /** Does nothing if it is not armed. */
  cancel(timed: Timed): void;
  /** For one that is armed: whole milliseconds, at least 1. */
  leftMs(timed: Timed): number;
}
