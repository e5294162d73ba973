/** The processes that were started, and which of them still run. */
export class Processes {
  started = 0;
  /** @type {Set<number>} */
  #pids = new Set();

  /** @param {number} pid */
  add(pid) {
    this.#pids = new Set([...this.running, pid]);
    this.started += 1;
  }

  /** @param {number} pid */
  has(pid) {
    return this.#pids.has(pid);
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
