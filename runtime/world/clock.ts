import { checkDelay } from '../../storage/delay.ts';
import type { Clock } from '../../storage/ports.ts';

interface Timer {
  readonly dueAtMs: number;
  task: (() => void) | undefined;
  timeout?: NodeJS.Timeout;
}

/** Longest delay that setTimeout keeps; a longer one would fire at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** setTimeout counts in whole milliseconds and cuts fractions off, so it is up to 2 ms early. */
function arm(timer: Timer, delayMs: number): void {
  timer.timeout = setTimeout(fire, Math.min(Math.ceil(delayMs) + 1, TIMEOUT_MAX_MS), timer);
}

function fire(timer: Timer): void {
  const leftMs = timer.dueAtMs - performance.now();
  if (leftMs > 0) {
    arm(timer, leftMs);
    return;
  }
  const { task } = timer;
  timer.task = undefined;
  task?.();
}

/** The clocks of this machine. */
export const clock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, task) {
    checkDelay(delayMs);
    const timer: Timer = { dueAtMs: performance.now() + delayMs, task };
    arm(timer, delayMs);
    return () => {
      clearTimeout(timer.timeout);
      timer.task = undefined;
    };
  },
  soon(task) {
    setImmediate(task);
  },
};
