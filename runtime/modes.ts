import type { Observable } from 'rxjs';
import type { LevelStatus } from '../actors/isolation.actor.ts';
import type { IsolationMode } from '../machines/isolation.machine.ts';
import { Audience } from './audience.ts';
import type { Kernel } from './kernel/kernel.ts';

/** How far one part of the runtime has had to step down. */
export interface Mode<Standing> {
  snapshot(): Standing;
  /** Every new standing. Nothing is paid while nobody subscribes. */
  readonly changes$: Observable<Standing>;
}

export interface IsolationStanding {
  /** The strongest level that is proved now; `refusing` if none is. */
  readonly mode: IsolationMode;
  readonly levels: readonly LevelStatus[];
}

/** The modes of degradation of a runtime, by what they are about. */
export interface Modes {
  readonly isolation: Mode<IsolationStanding>;
}

type ModeKernel = Pick<Kernel, 'containment' | 'subscriberFailed'>;

/** A mode as its chart moves it. */
export class MovedMode<Standing> implements Mode<Standing> {
  readonly changes$: Observable<Standing>;
  readonly snapshot: () => Standing;
  readonly #audience = new Audience<Standing>();
  readonly #containment: ModeKernel['containment'];

  constructor(name: string, kernel: ModeKernel, snapshot: () => Standing) {
    this.#containment = kernel.containment;
    this.snapshot = snapshot;
    this.changes$ = this.#audience.observe((error) => kernel.subscriberFailed(name, error));
  }

  moved(): void {
    if (!this.#audience.isEmpty) this.#audience.tell(this.snapshot(), this.#containment);
  }

  close(): void {
    this.#audience.close(this.#containment);
  }
}
