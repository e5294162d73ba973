import type { Cancel, Clock } from '../storage/ports.ts';
import { within } from './deadline.ts';
import { guestOperations } from './operations.ts';

/** What it takes at once when a call is over, to tidy up. */
const SPARE_MS = 1_000;
/** Of a core. An emulated machine that does nothing takes a fiftieth. */
const SHARE_MAX = 0.1;
const LOOK_MS_MIN = 100;
const LOOK_MS_MAX = 60_000;

export interface IdleTools {
  readonly clock: Clock;
  /** Of the processor, in all; rejects once that cannot be told. */
  usedMs(): Promise<number>;
  onTook(tookMs: number): void;
  onExceeded(detail: string): void;
}

/**
 * Whether a guest takes time of the processor though nothing runs in it. It is looked at a moment
 * after its last call, then twice as late each time, up to once a minute, and before the next call.
 */
export class IdleWatch {
  readonly #tools: IdleTools;
  #last: { readonly atMs: number; readonly usedMs: number } | undefined;
  #cancel: Cancel;
  #isOver = false;

  constructor(tools: IdleTools) {
    this.#tools = tools;
    this.#cancel = this.#lookIn(LOOK_MS_MIN);
  }

  /** Unless it was hardly left alone yet. */
  async lookAgain(): Promise<void> {
    if (this.#last !== undefined) await this.#look();
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel();
  }

  #lookIn(delayMs: number): Cancel {
    return this.#tools.clock.after(delayMs, () => {
      this.#cancel = this.#lookIn(Math.min(2 * delayMs, LOOK_MS_MAX));
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const { clock, onTook, onExceeded } = this.#tools;
    const atMs = clock.monotonicMs();
    const { deadlineMs } = guestOperations.usage;
    const using = within(clock, deadlineMs, this.#tools.usedMs());
    const usedMs = await using.catch(() => undefined);
    if (usedMs === undefined || this.#isOver) return;
    const last = this.#last;
    this.#last = { atMs, usedMs };
    if (last === undefined) return;
    const tookMs = Math.max(0, usedMs - last.usedMs);
    const passedMs = atMs - last.atMs;
    onTook(tookMs);
    if (tookMs <= SPARE_MS + SHARE_MAX * passedMs) return;
    onExceeded(`it took ${Math.round(tookMs)} ms of CPU while nothing ran`);
  }
}
