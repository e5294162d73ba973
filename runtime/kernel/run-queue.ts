import type { Clock } from '../../storage/ports.ts';
import { Fifo } from './fifo.ts';

/** Something with a queue of its own that wants to be served. */
export interface Runnable {
  /** Serves one item; true if more are waiting. Never throws. */
  serve(): boolean;
}

/** Decisions in a row, before one queue has its turn: they may call for more of them for ever. */
const DECISIONS_PER_TURN = 64;
/** Items served from one queue before the next one has its turn. */
const ITEMS_PER_TURN = 8;
/** After this long, or this many turns, the loop goes back to timers and input. */
const SLICE_MS = 5;
const SLICE_TURNS = 2048;
/** Large sets are worked off in chunks, so that no one of them holds the loop. */
const SWEEP_CHUNK = 500;

/**
 * Whose turn it is. Everything that runs in the kernel runs from here: no recursion, however long a
 * chain of events; no starvation, however busy one actor; decisions of supervisors before events.
 */
export class RunQueue {
  /** Counts each that begins, and each that ends. */
  slices = 0;
  readonly #clock: Clock;
  readonly #onFault: (error: unknown) => void;
  readonly #control = new Fifo<() => void>();
  readonly #ready = new Fifo<Runnable>();
  #isScheduled = false;
  /** Decisions since a queue had its turn. */
  #decided = 0;
  #turnAtMs: number | undefined;
  #idleListeners: (() => void)[] = [];

  constructor(clock: Clock, onFault: (error: unknown) => void) {
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** The time; within a turn that at which it began, which was read already. */
  get nowMs(): number {
    return this.#turnAtMs ?? this.#clock.monotonicMs();
  }

  /** Runs `task` ahead of every event, on a later turn. */
  control(task: () => void): void {
    this.#control.push(task);
    this.#schedule();
  }

  /** Gives `runnable` a place in the round. The caller sees to it that it has only one. */
  ready(runnable: Runnable): void {
    this.#ready.push(runnable);
    this.#schedule();
  }

  /** Calls `each` for every item, in order, then `next`; yields between chunks of a large set. */
  sweep<Item>(
    items: readonly Item[],
    each: (item: Item) => void,
    next: () => void,
    from = 0,
  ): void {
    const end = Math.min(items.length, from + SWEEP_CHUNK);
    for (const item of items.slice(from, end)) each(item);
    if (end === items.length) next();
    else this.control(() => this.sweep(items, each, next, end));
  }

  /** Calls `listener` once nothing is left to run. */
  onceIdle(listener: () => void): void {
    this.#idleListeners.push(listener);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    // In this order: at the edge of the stack either may throw, and a slice too many does no harm.
    this.#clock.soon(() => this.#slice());
    this.#isScheduled = true;
  }

  #slice(): void {
    this.slices += 1;
    this.#turnAtMs = this.#clock.monotonicMs();
    const endsAtMs = this.#turnAtMs + SLICE_MS;
    // A defect of one turn must not be the last turn of the runtime.
    this.#guard(() => {
      for (let turns = 0; turns < SLICE_TURNS && this.#turn(); turns++) {
        this.#turnAtMs = this.#clock.monotonicMs();
        if (this.#turnAtMs >= endsAtMs) break;
      }
    });
    this.#turnAtMs = undefined;
    this.slices += 1;
    this.#isScheduled = false;
    if (this.#control.size + this.#ready.size > 0) this.#schedule();
    else this.#announceIdle();
  }

  /** One decision, or one queue's turn if no decision waits. False if there was nothing to do. */
  #turn(): boolean {
    const isFirst = this.#ready.size === 0 || this.#decided < DECISIONS_PER_TURN;
    const task = isFirst ? this.#control.shift() : undefined;
    if (task !== undefined) {
      this.#decided += 1;
      this.#guard(task);
      return true;
    }
    this.#decided = 0;
    const runnable = this.#ready.shift();
    if (runnable === undefined) return false;
    let wantsMore = true;
    for (let served = 0; served < ITEMS_PER_TURN && wantsMore; served++) {
      wantsMore = runnable.serve();
    }
    if (wantsMore) this.#ready.push(runnable);
    return true;
  }

  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#onFault(error);
    }
  }

  #announceIdle(): void {
    const listeners = this.#idleListeners;
    this.#idleListeners = [];
    for (const listener of listeners) this.#guard(listener);
  }
}
