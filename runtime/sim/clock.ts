import type { Cancel, Clock } from '../../storage/ports.ts';
import { checkDelay } from '../world/clock.ts';

interface Timer {
  readonly dueAtMs: number;
  readonly order: number;
  task: (() => void) | undefined;
}

/** A run that does more than this in one advance is not going to end. */
const TASKS_MAX = 10_000_000;

/** Taken once, so that nobody who fakes the globals fakes the time in which promises settle. */
const nextTurn = setImmediate;

const isEarlier = (a: Timer, b: Timer): boolean =>
  a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.order < b.order);

/**
 * Virtual time. It steps from due time to due time, so a timer armed in a callback fires at its own
 * time within the same advance; and it stands still while anything is left to run.
 */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  #tasks = 0;
  #live = 0;
  /** A binary heap, earliest first. */
  readonly #timers: Timer[] = [];
  #soon: (() => void)[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = startMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs;
  }

  /** Moves the wall clock, and it alone, to `wallMs`. */
  setWall(wallMs: number): void {
    this.#wallOffsetMs = wallMs - this.#nowMs;
  }

  /** Timers that are armed. */
  get pending(): number {
    return this.#live;
  }

  after(delayMs: number, task: () => void): Cancel {
    checkDelay(delayMs);
    const timer: Timer = { dueAtMs: this.#nowMs + delayMs, order: this.#order++, task };
    this.#live += 1;
    this.#push(timer);
    return () => {
      if (timer.task === undefined) return;
      timer.task = undefined;
      this.#live -= 1;
    };
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  /** Lets `ms` pass, running all that comes due. Promises do not settle meanwhile. */
  advance(ms: number): void {
    const untilMs = this.#begin(ms);
    this.#runSoon();
    while (this.#fire(untilMs)) this.#runSoon();
    this.#nowMs = untilMs;
  }

  /** The same, with all promises settled before and between the tasks. */
  async advanceAsync(ms: number): Promise<void> {
    const untilMs = this.#begin(ms);
    do {
      await this.#settle();
    } while (this.#fire(untilMs));
    this.#nowMs = untilMs;
  }

  #begin(ms: number): number {
    checkDelay(ms);
    this.#tasks = 0;
    return this.#nowMs + ms;
  }

  async #settle(): Promise<void> {
    do {
      this.#runSoon();
      await new Promise<void>((resolve) => nextTurn(resolve));
    } while (this.#soon.length > 0);
  }

  #runSoon(): void {
    while (this.#soon.length > 0) {
      const turn = this.#soon;
      this.#soon = [];
      for (const task of turn) this.#run(task);
    }
  }

  #run(task: () => void): void {
    this.#tasks += 1;
    if (this.#tasks > TASKS_MAX) {
      throw new RangeError(`one advance must take at most ${TASKS_MAX} tasks; this one never ends`);
    }
    task();
  }

  /** Fires the next timer that is due by `untilMs`; false if there is none. */
  #fire(untilMs: number): boolean {
    for (let timer = this.#timers[0]; timer !== undefined; timer = this.#timers[0]) {
      if (timer.dueAtMs > untilMs) return false;
      this.#pop();
      const { task } = timer;
      if (task === undefined) continue;
      timer.task = undefined;
      this.#live -= 1;
      this.#nowMs = timer.dueAtMs;
      this.#run(task);
      return true;
    }
    return false;
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let index = heap.length;
    for (let up = (index - 1) >> 1; index > 0; up = (index - 1) >> 1) {
      const parent = heap[up];
      if (parent === undefined || !isEarlier(timer, parent)) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let down = 2 * index + 1;
      let child = heap[down];
      const right = heap[down + 1];
      if (child !== undefined && right !== undefined && isEarlier(right, child)) {
        down += 1;
        child = right;
      }
      if (child === undefined || !isEarlier(child, last)) break;
      heap[index] = child;
      index = down;
    }
    heap[index] = last;
  }
}
