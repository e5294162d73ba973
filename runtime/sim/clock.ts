import { checkDelay } from '../../storage/delay.ts';
import type { Cancel, Clock } from '../../storage/ports.ts';
import { Fifo } from '../kernel/fifo.ts';
import { containment } from '../world/containment.ts';
import { nextTurn } from '../world/turn.ts';
import { type Timer, TimerHeap } from './timer-heap.ts';

/** A run that does more than this in one advance, for each day of it, is not going to end. */
const TASKS_PER_DAY = 10_000_000;
const DAY_MS = 86_400_000;
/** What does more than this at one instant keeps time from going on. */
const TASKS_AT_ONCE_MAX = 100_000;

/** Time does not go on: at one instant more and more is to be done. */
export class Standstill extends RangeError {
  readonly atMs: number;

  constructor(atMs: number) {
    super(`time stands still at ${atMs} ms, where more than ${TASKS_AT_ONCE_MAX} tasks were due`);
    this.atMs = atMs;
  }
}

/**
 * Virtual time. It steps from due time to due time, so a timer armed in a callback fires at its own
 * time within the same advance; and it stands still while anything is left to run. What a task
 * throws goes to the owner that scheduled it, or else out of the advance.
 */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  #tasks = 0;
  #tasksMax = TASKS_PER_DAY;
  #tasksNow = 0;
  #pending = 0;
  readonly #timers = new TimerHeap();
  readonly #soon = new Fifo<() => void>();

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
    return this.#pending;
  }

  after(delayMs: number, task: () => void): Cancel {
    checkDelay(delayMs);
    const dueAtMs = this.#nowMs + delayMs;
    const timer: Timer = { dueAtMs, order: this.#order++, task: owned(task) };
    this.#pending += 1;
    this.#timers.push(timer);
    return () => {
      if (timer.task === undefined) return;
      timer.task = undefined;
      this.#pending -= 1;
    };
  }

  soon(task: () => void): void {
    this.#soon.push(owned(task));
  }

  /**
   * Lets `ms` pass, running all that comes due. Promises do not settle meanwhile.
   * @throws {RangeError} if `ms` is negative or not finite, after 10 million tasks for each day, or
   * 100,000 at one instant.
   */
  advance(ms: number): void {
    const untilMs = this.#begin(ms);
    do this.#turn();
    while (this.#step(untilMs));
    this.#end(untilMs);
  }

  /**
   * The same, with all promises settled before and between the tasks; `afterStep` is called each
   * time they have.
   * @throws {RangeError} if `ms` is negative or not finite, after 10 million tasks for each day, or
   * 100,000 at one instant.
   */
  async advanceAsync(ms: number, afterStep = (): void => {}): Promise<void> {
    const untilMs = this.#begin(ms);
    do {
      this.#turn();
      await nextTurn();
      afterStep();
    } while (this.#step(untilMs));
    this.#end(untilMs);
  }

  #begin(ms: number): number {
    checkDelay(ms);
    this.#tasksMax = TASKS_PER_DAY * Math.max(1, Math.ceil(ms / DAY_MS));
    this.#tasks = 0;
    this.#tasksNow = 0;
    return this.#nowMs + ms;
  }

  /** An advance inside another, or beside it, may have gone further. */
  #end(untilMs: number): void {
    this.#moveTo(Math.max(this.#nowMs, untilMs));
  }

  #moveTo(nowMs: number): void {
    if (nowMs !== this.#nowMs) this.#tasksNow = 0;
    this.#nowMs = nowMs;
  }

  /** What waits now; what that puts off waits for the next turn. */
  #turn(): void {
    for (let left = this.#soon.size; left > 0; left--) {
      const task = this.#soon.shift();
      if (task !== undefined) this.#run(task);
    }
  }

  /** Fires the next timer; false if nothing is left to do by `untilMs`. */
  #step(untilMs: number): boolean {
    const isTurnDue = this.#soon.size > 0;
    return this.#fire(isTurnDue ? this.#nowMs : untilMs) || isTurnDue;
  }

  #fire(untilMs: number): boolean {
    for (let timer = this.#timers.top; timer !== undefined; timer = this.#timers.top) {
      if (timer.dueAtMs > untilMs) return false;
      this.#timers.pop();
      const { task } = timer;
      if (task === undefined) continue;
      timer.task = undefined;
      this.#pending -= 1;
      this.#moveTo(timer.dueAtMs);
      this.#run(task);
      return true;
    }
    return false;
  }

  #run(task: () => void): void {
    this.#tasks += 1;
    this.#tasksNow += 1;
    if (this.#tasksNow > TASKS_AT_ONCE_MAX) throw new Standstill(this.#nowMs);
    const max = this.#tasksMax;
    if (this.#tasks > max) {
      throw new RangeError(`one advance must take at most ${max} tasks; this one never ends`);
    }
    task();
  }
}

/** Node runs a timer in the context that armed it, and tells its owner what it threw. */
function owned(task: () => void): () => void {
  const owner = containment.current();
  if (owner === undefined) return task;
  return () => {
    try {
      containment.run(owner, task);
    } catch (error) {
      owner.uncaught(error);
    }
  };
}
