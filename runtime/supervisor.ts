import type { AnyActorLogic, InputFrom } from 'xstate';
import { Handle } from './handle.ts';
import type { Branch } from './kernel/branch.ts';
import { type ChildOptionsInput, childOptions } from './options/child.ts';
import { checkId, checkLogic } from './options/id.ts';
import { readOptions } from './options/read.ts';
import { type SupervisorOptionsInput, supervisorOptions } from './options/supervisor.ts';

export type StartOptions<Logic extends AnyActorLogic> = Omit<ChildOptionsInput, 'input'> & {
  readonly input?: InputFrom<Logic>;
};

const DEFAULTS = childOptions.parse({});

/** What a user holds of a supervisor, good over every restart of it. */
export class Supervisor {
  readonly #branch: Branch;

  constructor(branch: Branch) {
    this.#branch = branch;
  }

  get id(): string {
    return this.#branch.id;
  }

  get path(): string {
    return this.#branch.path;
  }

  /**
   * Starts an actor under this supervisor. Any XState logic will do.
   * @throws {RangeError} for an id that is taken. @throws {HoldfastError} ACTORS_LIMIT, ACTOR_DEAD.
   */
  start<Logic extends AnyActorLogic>(
    id: string,
    logic: Logic,
    options?: StartOptions<Logic>,
  ): Handle<Logic> {
    checkId('id', id);
    checkLogic(logic);
    const policy = options === undefined ? DEFAULTS : readOptions(childOptions, 'start', options);
    return new Handle<Logic>(this.#branch.startLeaf(id, logic, policy));
  }

  /** Starts a supervisor under this one; it is restarted, or not, like any child. */
  supervisor(id: string, options: SupervisorOptionsInput = {}): Supervisor {
    checkId('id', id);
    const policy = readOptions(supervisorOptions, 'supervisor', options);
    return new Supervisor(this.#branch.startBranch(id, policy));
  }

  /** Stops everything below, then itself. Resolves once it has ended. */
  stop(): Promise<void> {
    const branch = this.#branch;
    return new Promise((resolve) => {
      branch.kernel.queue.control(() => branch.stop(resolve));
    });
  }
}
