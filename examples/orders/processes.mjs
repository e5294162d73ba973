import { distinctUntilChanged, filter, startWith, tap } from 'rxjs';

/** @typedef {typeof import('./process.machine.mjs').processMachine} Machine */
/** @typedef {import('./process.machine.mjs').Ready & { pid: number | undefined }} Serving */

/** The processes that were started, and which of them still run. */
export class Processes {
  started = 0;
  /** @type {Set<number>} */
  #pids = new Set();

  /**
   * Keeps count of the processes of an actor, and tells of each once it serves.
   * @param {import('holdfast').Handle<Machine>} handle
   * @param {(serving: Serving) => void} onServing
   */
  watch(handle, onServing) {
    const serving$ = handle.changes$.pipe(
      startWith(handle.snapshot()),
      filter((snapshot) => snapshot !== undefined),
      tap(({ context: { pid } }) => this.#add(pid)),
      filter(({ value }) => value === 'serving'),
      distinctUntilChanged((before, after) => before.context.pid === after.context.pid),
    );
    serving$.subscribe(({ context }) => onServing(context));
  }

  /** @param {number | undefined} pid */
  #add(pid) {
    if (pid === undefined || this.#pids.has(pid)) return;
    this.#pids = new Set([...this.running, pid]);
    this.started += 1;
  }

  get running() {
    return [...this.#pids].filter(isRunning);
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
