export interface Timer {
  readonly dueAtMs: number;
  readonly order: number;
  task: (() => void) | undefined;
}

const isEarlier = (a: Timer, b: Timer): boolean =>
  a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.order < b.order);

/** A binary heap: the timer that is due first on top, of several the one with the least order. */
export class TimerHeap {
  readonly #timers: Timer[] = [];

  get top(): Timer | undefined {
    return this.#timers[0];
  }

  push(timer: Timer): void {
    const timers = this.#timers;
    let index = timers.length;
    for (let up = (index - 1) >> 1; index > 0; up = (index - 1) >> 1) {
      const parent = timers[up];
      if (parent === undefined || !isEarlier(timer, parent)) break;
      timers[index] = parent;
      index = up;
    }
    timers[index] = timer;
  }

  pop(): void {
    const timers = this.#timers;
    const last = timers.pop();
    if (last === undefined || timers.length === 0) return;
    let index = 0;
    for (;;) {
      let down = 2 * index + 1;
      let child = timers[down];
      const right = timers[down + 1];
      if (child !== undefined && right !== undefined && isEarlier(right, child)) {
        down += 1;
        child = right;
      }
      if (child === undefined || !isEarlier(child, last)) break;
      timers[index] = child;
      index = down;
    }
    timers[index] = last;
  }
}
