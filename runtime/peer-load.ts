import { Load, type LoadStanding } from '../actors/load.actor.ts';
import type { Kernel, Meter } from '../actors/world.ts';
import type { LoadSettings } from '../machines/load.machine.ts';

/**
 * The load of a runtime that has peers, or somebody who watches it. Without them nobody looks: that
 * wakes the process a hundred times a second.
 */
export class PeerLoad {
  readonly #begunAtMs: number;
  readonly #open: () => Load;
  #load: Load | undefined;
  #isOver = false;

  constructor(kernel: Kernel, meter: Meter, settings: LoadSettings, shed: () => void) {
    this.#begunAtMs = kernel.clock.monotonicMs();
    this.#open = () => new Load(kernel, meter, settings, shed);
  }

  get isChallenging(): boolean {
    return this.#load?.isChallenging ?? false;
  }

  /** Times are monotonic milliseconds. It is `normal` while nobody looks. */
  get standing(): LoadStanding & { readonly isWatched: boolean } {
    const { standing, hasLooked } = this.#load ?? {};
    if (standing !== undefined && hasLooked) return { ...standing, isWatched: true };
    const calm = { loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0, because: 'calm' } as const;
    return { mode: 'normal', sinceMs: this.#begunAtMs, ...calm, isWatched: false };
  }

  begin(): void {
    if (!this.#isOver) this.#load ??= this.#open();
  }

  stop(): void {
    this.#isOver = true;
    this.#load?.stop();
    this.#load = undefined;
  }
}
