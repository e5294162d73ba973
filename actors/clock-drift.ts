import type { Clock } from '../storage/ports.ts';
import type { Finding } from './health.actor.ts';

/** A clock that is put right little by little stays far below that. */
const JUMP_MS_MIN = 2_000;
/** A jump is told for so long. */
const TOLD_MS = 300_000;

/** Whether the wall clock goes as the monotonic one does, which never jumps. */
export class ClockDrift {
  readonly #clock: Clock;
  #aheadMs: number;
  #jump: { readonly byMs: number; readonly atMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#aheadMs = clock.wallMs() - clock.monotonicMs();
  }

  look(): Finding {
    const nowMs = this.#clock.monotonicMs();
    const aheadMs = this.#clock.wallMs() - nowMs;
    const byMs = Math.round(aheadMs - this.#aheadMs);
    this.#aheadMs = aheadMs;
    if (Math.abs(byMs) >= JUMP_MS_MIN) this.#jump = { byMs, atMs: nowMs };
    if (this.#jump === undefined || nowMs - this.#jump.atMs > TOLD_MS) {
      return { status: 'pass', observed: { value: byMs, unit: 'ms' } };
    }
    const because = 'the wall clock has jumped';
    return { status: 'warn', because, observed: { value: this.#jump.byMs, unit: 'ms' } };
  }
}
