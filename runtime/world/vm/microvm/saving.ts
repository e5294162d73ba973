/** Work that more than one waits for. It is given up with the last of them. */
export class Saving {
  readonly #giveUp = new AbortController();
  readonly #done: Promise<void>;
  readonly #onOver: () => void;
  #waiting = 0;

  /** `onOver` is called once nobody waits: whoever comes then is too late. */
  constructor(save: (signal: AbortSignal) => Promise<void>, onOver: () => void) {
    this.#done = save(this.#giveUp.signal);
    this.#done.catch(() => {});
    this.#onOver = onOver;
  }

  /** @throws {Error} as the work does; or as `signal` aborts: the last then waits for its end. */
  async wait(signal: AbortSignal): Promise<void> {
    this.#waiting += 1;
    try {
      await unlessAborted(this.#done, signal);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) await this.#end();
    }
  }

  async #end(): Promise<void> {
    this.#onOver();
    this.#giveUp.abort();
    await this.#done.catch(() => {});
  }
}

async function unlessAborted(waited: Promise<void>, signal: AbortSignal): Promise<void> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(new Error('its snapshot is not there in time'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    await Promise.race([waited, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
