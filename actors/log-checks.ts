import { Turns } from '../storage/turns.ts';
import type { Verification } from '../storage/verification.ts';

export type OnProgress = (done: number, of: number) => void;

interface Check {
  readonly result: Promise<Verification>;
  readonly listeners: Set<OnProgress>;
}

/** Checks of a whole log, one at a time: each reads all of it. Who must wait shares the next. */
export class LogChecks {
  readonly #check: (onProgress: OnProgress) => Promise<Verification>;
  readonly #turns = new Turns();
  #next: Check | undefined;

  constructor(check: (onProgress: OnProgress) => Promise<Verification>) {
    this.#check = check;
  }

  /** Of the log as it is after the call. What `onProgress` throws is for its caller alone. */
  run(onProgress: OnProgress): Promise<Verification> {
    this.#next ??= this.#ask();
    const { result, listeners } = this.#next;
    return new Promise((resolve, reject) => {
      listeners.add((done, of) => {
        try {
          onProgress(done, of);
        } catch (error) {
          reject(error);
        }
      });
      result.then(resolve, reject);
    });
  }

  #ask(): Check {
    const listeners = new Set<OnProgress>();
    const result = this.#turns.take(() => {
      this.#next = undefined;
      return this.#check((done, of) => {
        for (const listener of listeners) listener(done, of);
      });
    });
    return { result, listeners };
  }
}
