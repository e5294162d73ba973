import type { Cancel, Clock } from '../../storage/ports.ts';
import type { VirtualClock } from './clock.ts';

interface Skew {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly perMille: number;
}

/** The clock of a machine whose time jumps and drifts; its processes come and go. */
export class FaultyClock {
  readonly #clock: VirtualClock;
  readonly #skews: Skew[] = [];
  #jumpedMs = 0;
  #pausedUntilMs = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  wallMs(): number {
    const nowMs = this.#clock.monotonicMs();
    const drifted = this.#skews.map(({ fromMs, untilMs, perMille }) => {
      return ((Math.min(nowMs, untilMs) - fromMs) * perMille) / 1_000;
    });
    return drifted.reduce((sum, ms) => sum + ms, this.#clock.wallMs() + this.#jumpedMs);
  }

  jump(byMs: number): void {
    this.#jumpedMs += byMs;
  }

  /** The wall clock gains or loses `perMille` thousandths; what it gained, it keeps. */
  skew(forMs: number, perMille: number): void {
    const fromMs = this.#clock.monotonicMs();
    this.#skews.push({ fromMs, untilMs: fromMs + forMs, perMille });
  }

  /** Processes stand still: what comes due meanwhile comes once it is over. */
  pause(forMs: number): void {
    const untilMs = this.#clock.monotonicMs() + forMs;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  get pausedMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.monotonicMs());
  }

  /** For a new process. */
  process(): ProcessClock {
    return new ProcessClock(this.#clock, this);
  }
}

/** The clock of one process: its monotonic time begins with it, its timers end with it. */
export class ProcessClock implements Clock {
  isDead = false;
  readonly #clock: VirtualClock;
  readonly #machine: FaultyClock;
  readonly #bornAtMs: number;

  constructor(clock: VirtualClock, machine: FaultyClock) {
    this.#clock = clock;
    this.#machine = machine;
    this.#bornAtMs = clock.monotonicMs();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs() - this.#bornAtMs;
  }

  wallMs(): number {
    return this.#machine.wallMs();
  }

  after(delayMs: number, task: () => void): Cancel {
    const guarded = this.#guarded(task);
    let cancel = this.#clock.after(delayMs, () => fire());
    const fire = (): void => {
      const { pausedMs } = this.#machine;
      if (pausedMs > 0 && !this.isDead) cancel = this.#clock.after(pausedMs, fire);
      else guarded();
    };
    return () => cancel();
  }

  soon(task: () => void): void {
    const guarded = this.#guarded(task);
    this.#clock.soon(() => {
      const { pausedMs } = this.#machine;
      if (pausedMs > 0) this.#clock.after(pausedMs, guarded);
      else guarded();
    });
  }

  #guarded(task: () => void): () => void {
    return () => {
      if (!this.isDead) task();
    };
  }
}
