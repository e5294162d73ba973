import { Load } from '../actors/load.actor.ts';
import type { Kernel, Meter } from '../actors/world.ts';

/** The load of a runtime that has peers; without them, nobody looks at it. */
export class PeerLoad {
  readonly #open: () => Load;
  #load: Load | undefined;
  #isOver = false;

  constructor(kernel: Kernel, meter: Meter, shed: () => void) {
    this.#open = () => new Load(kernel, meter, shed);
  }

  get isChallenging(): boolean {
    return this.#load?.isChallenging ?? false;
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
