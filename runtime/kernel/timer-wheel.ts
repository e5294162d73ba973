import type { Deadlines, Timed } from '../../actors/timed.ts';
import type { Cancel, Clock } from '../../storage/ports.ts';

const TICK_MS = 8;
const SLOTS = 512;
/** It looks this far ahead for the next turn that has anything to do. */
const STRIDE_TICKS = 32;

/**
 * Deadlines of calls, most of which are never reached: to arm and to cancel one costs the same
 * however many there are, and takes no timer of the process. It is up to 8 ms late and never early.
 * Its one timer outlasts the last deadline by a quarter of a second at most.
 * Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987.
 */
export class TimerWheel implements Deadlines {
  readonly #clock: Clock;
  readonly #slots: (Timed | undefined)[] = Array.from({ length: SLOTS });
  #armed = 0;
  /** All that was due up to this tick has expired. */
  #tick = 0;
  /** The tick of the next turn; while it turns, none is put before. */
  #turnTick = Number.POSITIVE_INFINITY;
  #cancelTurn: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  arm(timed: Timed, delayMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#armed === 0) this.#tick = Math.max(this.#tick, Math.floor(nowMs / TICK_MS));
    timed.dueTick = Math.max(this.#tick + 1, Math.ceil((nowMs + delayMs) / TICK_MS));
    const slot = timed.dueTick % SLOTS;
    const first = this.#slots[slot];
    timed.next = first;
    if (first !== undefined) first.previous = timed;
    this.#slots[slot] = timed;
    this.#armed += 1;
    if (timed.dueTick < this.#turnTick) this.#turnLater(nowMs);
  }

  cancel(timed: Timed): void {
    if (timed.dueTick === 0) return;
    const { next, previous } = timed;
    if (previous === undefined) this.#slots[timed.dueTick % SLOTS] = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    timed.dueTick = 0;
    timed.next = undefined;
    timed.previous = undefined;
    this.#armed -= 1;
  }

  leftMs(timed: Timed): number {
    return Math.max(1, Math.floor(timed.dueTick * TICK_MS - this.#clock.monotonicMs()));
  }

  /** Ends whatever waits, and holds no timer. */
  close(error: Error): void {
    for (const slot of this.#slots.keys()) {
      for (let timed = this.#slots[slot]; timed !== undefined; timed = this.#slots[slot]) {
        this.cancel(timed);
        timed.abandon(error);
      }
    }
    this.#cancelTurn?.();
  }

  /** Puts the next turn where there is something to do, if that is near. */
  #turnLater(nowMs: number): void {
    const last = this.#tick + STRIDE_TICKS;
    let tick = this.#tick + 1;
    while (tick < last && this.#slots[tick % SLOTS] === undefined) tick += 1;
    this.#cancelTurn?.();
    this.#turnTick = tick;
    this.#cancelTurn = this.#clock.after(Math.max(0, tick * TICK_MS - nowMs), () => this.#turn());
  }

  #turn(): void {
    const nowMs = this.#clock.monotonicMs();
    const tick = Math.floor(nowMs / TICK_MS);
    const from = Math.max(this.#tick + 1, tick - SLOTS + 1);
    this.#tick = tick;
    this.#turnTick = 0;
    for (let passed = from; passed <= tick; passed++) this.#expireSlot(passed % SLOTS, tick);
    this.#turnTick = Number.POSITIVE_INFINITY;
    this.#cancelTurn = undefined;
    if (this.#armed > 0) this.#turnLater(nowMs);
  }

  /** Those armed first expire first. */
  #expireSlot(slot: number, tick: number): void {
    const due: Timed[] = [];
    for (let timed = this.#slots[slot]; timed !== undefined; timed = timed.next) {
      if (timed.dueTick <= tick) due.push(timed);
    }
    for (const timed of due.reverse()) {
      // One that expired before it may have cancelled this one, or armed it anew.
      if (timed.dueTick === 0 || timed.dueTick > tick) continue;
      this.cancel(timed);
      timed.expire();
    }
  }
}
