import type { Audit } from '../actors/audit.actor.ts';
import type { State } from '../actors/state.ts';
import type { Log } from '../actors/world.ts';
import type { DataDir } from '../storage/data-dir.ts';
import type { Cancel, Clock, Files } from '../storage/ports.ts';
import { describeError } from './errors.ts';

export interface WatchTools {
  readonly files: Pick<Files, 'stat'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly healthMs: number;
}

/** Whoever has something in the directory. */
export interface WatchEvents {
  /** The directory was made again: what stands in it by name is to be, too. */
  onRemade(): void;
  /** The saved state is gone: all of it is to be written again. */
  onStateLost(): void;
  /** Each time. */
  onLooked(): void;
}

/**
 * Looks every health period whether somebody removed the directory, or a part, and remakes it: but
 * for the identity keys, of which the next one is in no memory.
 */
export class DataWatch {
  readonly #dir: DataDir;
  readonly #tools: WatchTools;
  #state: State | undefined;
  #audit: Pick<Audit, 'lose'> | undefined;
  #cancel: Cancel | undefined;
  #isOver = false;
  events: WatchEvents | undefined;

  constructor(dir: DataDir, tools: WatchTools) {
    this.#dir = dir;
    this.#tools = tools;
  }

  start(state: State, audit: Pick<Audit, 'lose'>): void {
    this.#state = state;
    this.#audit = audit;
    this.#later();
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  /** @throws {StorageError} LOCKED if somebody else has the directory by now, or of a port. */
  async look(): Promise<void> {
    this.events?.onLooked();
    const isRemade = await this.#dir.restore();
    const { path } = this.#dir;
    const isStateGone = (await this.#tools.files.stat(`${path}/state`)) === undefined;
    if (this.#isOver || !(isRemade || isStateGone)) return;
    this.#tools.log.warn(
      { path },
      'the data directory, or a part of it, was removed: it is remade',
    );
    if (isRemade) this.events?.onRemade();
    // Not waited for: the log may go on without it.
    void this.#renewState();
  }

  async #renewState(): Promise<void> {
    try {
      await this.#state?.renew();
    } catch (error) {
      this.#tools.log.error({ error: describeError(error) }, 'the saved state cannot be remade');
    }
    // After a failure, too: that has it tried again.
    this.events?.onStateLost();
  }

  #later(): void {
    const { clock, healthMs } = this.#tools;
    if (this.#isOver || healthMs === Number.POSITIVE_INFINITY) return;
    this.#cancel = clock.after(healthMs, () => void this.#lookAgain());
  }

  async #lookAgain(): Promise<void> {
    await this.look().catch((error: unknown) => {
      const { path } = this.#dir;
      this.#tools.log.error(
        { path, error: describeError(error) },
        'the data directory is not ours',
      );
      this.#audit?.lose(error);
    });
    this.#later();
  }
}
