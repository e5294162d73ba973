import type { AnyActorRef, EventObject } from 'xstate';
import { NO_HISTORY, type RestartHistory } from '../../machines/restart.ts';
import type { Cancel } from '../../storage/ports.ts';
import { describeError } from '../errors.ts';
import type { ChildOptions } from '../options/child.ts';
import type { Branch } from './branch.ts';
import type { Kernel } from './kernel.ts';
import type { Incarnation, Owned } from './xstate.ts';

/**
 * `waiting` has no incarnation but will have one; `running` serves; `failing` takes its children
 * down before it tells of its own failure; `draining` finishes what it has and takes nothing new;
 * `ended` never comes back.
 */
export type ChildState = 'waiting' | 'running' | 'failing' | 'draining' | 'ended';

/** How an actor ended for good. */
export interface Ending {
  readonly because: 'finished' | 'failed' | 'stopped';
  readonly error?: unknown;
  readonly output?: unknown;
}

/** How it comes back. A window of its own takes the place of what its supervisor grants to all. */
export type ChildPolicy = Pick<
  ChildOptions,
  'restart' | 'backoff' | 'stableAfterMs' | 'restartsMax' | 'windowMs'
>;

/** Children that come back together. One that holds another relaunch by then was overtaken. */
export interface Relaunch {
  readonly decisionId: string;
  readonly group: readonly Child[];
  cancel: Cancel;
}

/** What outlives its incarnations: a leaf of the tree or a branch of it. */
export abstract class Child implements Owned {
  readonly kernel: Kernel;
  readonly id: string;
  readonly path: string;
  readonly policy: ChildPolicy;
  parent: Branch | undefined;
  incarnation = 0;
  ref: Incarnation | undefined;
  history: RestartHistory = NO_HISTORY;
  relaunch: Relaunch | undefined;
  ending: Ending | undefined;
  handling: string | undefined;
  #state: ChildState = 'waiting';
  /** Ended by itself, and not decided upon yet. */
  #pending: Ending | undefined;
  #onEnded: Set<(ending: Ending) => void> | undefined;

  constructor(kernel: Kernel, parent: Branch | undefined, id: string, policy: ChildPolicy) {
    this.kernel = kernel;
    this.parent = parent;
    this.id = id;
    this.path = parent === undefined || parent.path === '' ? id : `${parent.path}/${id}`;
    this.policy = policy;
  }

  get state(): ChildState {
    return this.#state;
  }

  set state(state: ChildState) {
    this.#state = state;
    this.kernel.onlooker?.changed(this);
  }

  /** Starts the next incarnation. It may fail at once, and is then `waiting` again. */
  abstract launch(causeId?: string): void;
  /** Finishes what is under way within its deadline, then ends. `done` is called in any case. */
  abstract stop(done: () => void): void;
  abstract receive(event: EventObject): void;
  /** Everything below and itself, in the order in which it stops. */
  abstract inStopOrder(): Child[];
  /** Called once, as it ends for good. */
  protected abstract finish(): void;

  lose(event: EventObject): void {
    this.kernel.letters.record(this.path, 'dead', event);
  }

  moved(): void {}

  failing(_incarnation: AnyActorRef): void {}

  ended(incarnation: AnyActorRef, how: 'failed' | 'finished', value: unknown): void {
    if (incarnation === this.ref) this.wentDown(how, value);
    // It was stopped, and its cleanup threw.
    else if (how === 'failed') this.announce(how, value);
  }

  /** It ended by itself, and for good: no restart of others may bring it back. */
  get isLeaving(): boolean {
    if (this.#pending === undefined) return false;
    const { restart } = this.policy;
    const hasFinished = this.#pending.because === 'finished';
    return restart === 'temporary' || (restart === 'transient' && hasFinished);
  }

  /** Its incarnation is gone; what follows is decided on a later turn, off the failing stack. */
  wentDown(how: 'failed' | 'finished', value: unknown, becauseOf?: string): void {
    if (this.state === 'waiting' || this.state === 'ended') return;
    const { incarnation } = this;
    const causeId = this.announce(how, value, becauseOf);
    this.ref = undefined;
    if (this.state !== 'draining') this.state = 'waiting';
    const ending: Ending =
      how === 'failed' ? { because: how, error: value } : { because: how, output: value };
    this.#pending = ending;
    this.kernel.queue.control(() => {
      this.#pending = undefined;
      if (this.state === 'draining') this.end(ending);
      const isOvertaken = this.incarnation !== incarnation || this.relaunch !== undefined;
      if (this.state === 'waiting' && !isOvertaken) this.decide(ending, causeId);
    });
  }

  /** What follows from an end that nobody asked for. */
  protected decide(ending: Ending, causeId: string): void {
    this.parent?.judge(this, ending, causeId);
  }

  protected announce(how: 'failed' | 'finished', value: unknown, becauseOf?: string): string {
    const { kernel, incarnation, path } = this;
    if (how === 'finished') return kernel.facts.publish('actor.finished', path, { incarnation });
    const error = describeError(value);
    kernel.log.warn({ actor: path, incarnation, error }, 'an actor failed');
    return kernel.facts.publish('actor.failed', path, { incarnation, error }, becauseOf);
  }

  /** Stops its incarnation but not itself: another one is to follow. */
  takeDown(): void {
    const { ref } = this;
    if (this.state === 'ended') return;
    this.state = 'waiting';
    this.ref = undefined;
    if (ref !== undefined) this.kernel.system.stop(ref);
  }

  /** What it remembers of its failures, and of a state to go back to, is forgotten. */
  startAfresh(): void {
    this.history = NO_HISTORY;
  }

  end(ending: Ending): void {
    if (this.state === 'ended') return;
    const { ref, parent } = this;
    this.state = 'ended';
    this.ending = ending;
    this.ref = undefined;
    this.finish();
    if (ref !== undefined) this.kernel.system.stop(ref);
    parent?.forget(this);
    // A handle that somebody keeps must not keep the tree above it alive.
    this.parent = undefined;
    this.kernel.facts.publish('actor.stopped', this.path, { because: ending.because });
    for (const listener of this.#onEnded ?? []) listener(ending);
    this.#onEnded = undefined;
  }

  /** Calls `listener` on the way out of the tree; the caller sees to it that it does not throw. */
  onceEnded(listener: (ending: Ending) => void): Cancel {
    this.#onEnded ??= new Set();
    this.#onEnded.add(listener);
    return () => this.#onEnded?.delete(listener);
  }
}
