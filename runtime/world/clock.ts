import type { Cancel, Clock } from '../../storage/ports.ts';

/** Longest delay that setTimeout keeps; a longer one would fire at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** @throws {RangeError} unless `delayMs` is a finite number of at least 0. */
export function checkDelay(delayMs: number): void {
  if (Number.isFinite(delayMs) && delayMs >= 0) return;
  throw new RangeError(`delayMs must be a finite number of at least 0, got ${delayMs}`);
}

/** The clocks of this machine. */
export const clock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, task) {
    checkDelay(delayMs);
    let timeout: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      timeout =
        leftMs <= TIMEOUT_MAX_MS
          ? setTimeout(task, leftMs)
          : setTimeout(() => wait(leftMs - TIMEOUT_MAX_MS), TIMEOUT_MAX_MS);
    };
    wait(delayMs);
    const cancel: Cancel = () => clearTimeout(timeout);
    return cancel;
  },
  soon(task) {
    setImmediate(task);
  },
};
