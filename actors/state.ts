import { equalJitterMs } from '../machines/backoff.ts';
import { StorageError } from '../storage/faults.ts';
import type { Cancel } from '../storage/ports.ts';
import type { StateStore } from '../storage/state.ts';
import { within } from './deadline.ts';
import type { Kernel } from './world.ts';

/** Looked at when it is written, so that many changes cost one look. */
export interface StateSource {
  /** JSON; undefined removes what was saved, UNCHANGED leaves it. It may not throw. */
  take(): unknown;
}

export const UNCHANGED: unique symbol = Symbol('unchanged');

export interface StateTools {
  readonly kernel: Pick<Kernel, 'clock' | 'random' | 'tell'>;
  /** Opens the store again, which was closed: after a failed commit it is of no more use. */
  reopen(): Promise<StateStore>;
}

/** What was under a name; a damaged one has no value. */
export interface Saved {
  readonly value: unknown;
  readonly isDamaged: boolean;
}

/** A change is written so long after it, at most. */
const WRITE_MS = 1_000;
const NAMES_MAX = 100_000;
/** Names of one commit: to seal them holds up everything else. */
const COMMIT_MAX = 500;
const READS_MAX = 100;
const PORT_MS = 10_000;
const RETRY = { minMs: 1_000, maxMs: 60_000, factor: 2 };

/**
 * State under names, written behind: the newest of each name, at most a second later, in one commit
 * of up to 500 names. What a disk refuses is kept, and tried again.
 */
export class State {
  readonly #tools: StateTools;
  #store: StateStore;
  /** Those in the store, and those to be. */
  readonly #names = new Set<string>();
  #waiting = new Map<string, StateSource>();
  /** Those on their way to the disk. */
  #batch = new Map<string, StateSource>();
  #cancelWrite: Cancel | undefined;
  #writing: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(store: StateStore, tools: StateTools) {
    this.#store = store;
    this.#tools = tools;
  }

  /** Everything in the store; before anything is set. */
  async load(): Promise<Map<string, Saved>> {
    const saved = new Map<string, Saved>();
    const names = await this.#bounded(this.#store.names());
    for (let first = 0; first < names.length; first += READS_MAX) {
      const some = names.slice(first, first + READS_MAX);
      const values = await this.#bounded(Promise.all(some.map((name) => this.#read(name))));
      for (const [index, name] of some.entries()) {
        this.#names.add(name);
        saved.set(name, values[index] ?? DAMAGED);
      }
    }
    return saved;
  }

  async #read(name: string): Promise<Saved> {
    try {
      return { value: await this.#store.get(name), isDamaged: false };
    } catch (error) {
      if (error instanceof StorageError && error.code === 'CORRUPT') return DAMAGED;
      throw error;
    }
  }

  /** The newest of a name, written or not; undefined if there is none. */
  async get(name: string): Promise<unknown> {
    const source = this.#waiting.get(name);
    const newest = source === undefined ? UNCHANGED : source.take();
    if (newest !== UNCHANGED) return newest;
    await this.#writing?.catch(() => {});
    return await this.#bounded(this.#store.get(name));
  }

  /** False if there is no room for another name: 100,000. `value` is JSON; undefined removes. */
  set(name: string, value: unknown): boolean {
    return this.mark(name, { take: () => value });
  }

  /** The same for a value that is looked at when it is written. */
  mark(name: string, source: StateSource): boolean {
    if (this.#isClosed) return false;
    if (!this.#names.has(name)) {
      if (this.#names.size >= NAMES_MAX) return false;
      this.#names.add(name);
    }
    this.#waiting.set(name, source);
    this.#writeLater(WRITE_MS);
    return true;
  }

  /** Looks at all that is marked now, for what it stands for is about to end. */
  settle(): void {
    for (const marked of [this.#batch, this.#waiting]) {
      for (const [name, source] of marked) {
        const value = source.take();
        marked.set(name, { take: () => value });
      }
    }
  }

  /** Resolves once all that waits is written. Rejects if the disk refuses; it is tried again. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => {});
    if (this.#waiting.size === 0) return;
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Opens the store again, for its files were removed; what is to be in it must be marked anew. */
  async renew(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => {});
    if (this.#isClosed) return;
    this.#writing = this.#renew().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Writes what waits, if the disk takes it, and closes the store. Nothing can be set any more. */
  async close(): Promise<void> {
    this.settle();
    this.#isClosed = true;
    await this.flush().catch(() => {});
    this.#cancelWrite?.();
    await this.#bounded(this.#store.close());
  }

  #writeLater(delayMs: number): void {
    this.#cancelWrite ??= this.#tools.kernel.clock.after(delayMs, () => {
      this.#cancelWrite = undefined;
      this.flush().catch(() => {});
    });
  }

  async #write(): Promise<void> {
    this.#batch = this.#waiting;
    this.#waiting = new Map();
    try {
      if (this.#failures > 0) await this.#renew();
      while (this.#batch.size > 0) await this.#commit();
    } catch (error) {
      for (const [name, source] of this.#waiting) this.#batch.set(name, source);
      this.#waiting = this.#batch;
      this.#batch = new Map();
      this.#fail(error);
      throw error;
    }
    if (this.#failures > 0) {
      this.#tools.kernel.tell('state.recovered', '', { failures: this.#failures });
    }
    this.#failures = 0;
  }

  /** The first names of the batch, which leave it once they are written. */
  async #commit(): Promise<void> {
    const some = [...this.#batch].slice(0, COMMIT_MAX);
    const values = new Map<string, unknown>();
    for (const [name, source] of some) {
      const value = source.take();
      if (value !== UNCHANGED) values.set(name, value);
    }
    await this.#bounded(this.#store.put(values));
    for (const [name] of some) this.#batch.delete(name);
    for (const [name, value] of values) {
      if (value === undefined && !this.#waiting.has(name)) this.#names.delete(name);
    }
  }

  #fail(error: unknown): void {
    const { kernel } = this.#tools;
    if (this.#failures === 0) kernel.tell('state.failed', '', { error });
    const delayMs = equalJitterMs(RETRY, this.#failures, kernel.random.draw());
    this.#failures += 1;
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    if (!this.#isClosed) this.#writeLater(delayMs);
  }

  /** One at a time, however long it takes: two would keep each other out of the directory. */
  async #renew(): Promise<void> {
    this.#renewing ??= this.#replace().finally(() => {
      this.#renewing = undefined;
    });
    await this.#bounded(this.#renewing);
  }

  async #replace(): Promise<void> {
    await this.#store.close().catch(() => {});
    this.#store = await this.#tools.reopen();
  }

  #bounded<Value>(promise: Promise<Value>): Promise<Value> {
    return within(this.#tools.kernel.clock, PORT_MS, promise);
  }
}

const DAMAGED: Saved = { value: undefined, isDamaged: true };
