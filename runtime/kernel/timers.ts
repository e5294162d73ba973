import type { AnyActorRef, EventObject } from 'xstate';
import type { Cancel, Clock } from '../../storage/ports.ts';

/** A delayed event of an actor, as it survives that actor: due at an absolute monotonic time. */
export interface Deadline {
  readonly id: string;
  readonly event: EventObject;
  readonly target: AnyActorRef;
  readonly dueAtMs: number;
}

interface Timer extends Deadline {
  readonly cancel: Cancel;
}

/**
 * XState's scheduler, indexed by owner: stopping one actor costs its own timers, where XState's own
 * scheduler scans those of the whole system.
 */
export class TimerIndex {
  readonly clock: Clock;
  readonly #owners = new Map<AnyActorRef, Map<string, Timer>>();
  readonly #relay: (source: AnyActorRef, target: AnyActorRef, event: EventObject) => void;
  /** The deadlines of ended owners whose next incarnation wants them. */
  readonly #kept = new WeakMap<AnyActorRef, readonly Deadline[]>();
  #unnamed = 0;

  constructor(
    clock: Clock,
    relay: (source: AnyActorRef, target: AnyActorRef, event: EventObject) => void,
  ) {
    this.clock = clock;
    this.#relay = relay;
  }

  schedule(
    owner: AnyActorRef,
    target: AnyActorRef,
    event: EventObject,
    delayMs: number,
    id = `unnamed.${this.#unnamed++}`,
  ): void {
    this.cancel(owner, id);
    // A time that is over is due at once, as it is to XState.
    const waitMs = Math.max(0, delayMs);
    const cancel = this.clock.after(waitMs, () => {
      this.#forget(owner, id);
      this.#relay(owner, target, event);
    });
    const timers = this.#owners.get(owner) ?? new Map<string, Timer>();
    this.#owners.set(owner, timers);
    timers.set(id, { id, event, target, dueAtMs: this.clock.monotonicMs() + waitMs, cancel });
  }

  cancel(owner: AnyActorRef, id: string): void {
    this.#owners.get(owner)?.get(id)?.cancel();
    this.#forget(owner, id);
  }

  cancelAll(owner: AnyActorRef): void {
    const timers = this.#owners.get(owner);
    if (this.#kept.has(owner)) this.#kept.set(owner, [...(timers?.values() ?? [])]);
    if (timers === undefined) return;
    for (const timer of timers.values()) timer.cancel();
    this.#owners.delete(owner);
  }

  /** XState cancels the timers of an actor before it tells anybody that the actor failed. */
  keep(owner: AnyActorRef): void {
    this.#kept.set(owner, []);
  }

  /** What a kept `owner` was waiting for of its own, in the order it was armed. */
  takeKept(owner: AnyActorRef): readonly Deadline[] {
    const live = this.#owners.get(owner)?.values();
    const kept = live === undefined ? (this.#kept.get(owner) ?? []) : [...live];
    this.#kept.delete(owner);
    return kept.filter(({ target }) => target === owner);
  }

  /** What a live `owner` waits for of its own, in the order it was armed. */
  pending(owner: AnyActorRef): readonly Deadline[] {
    const timers = [...(this.#owners.get(owner)?.values() ?? [])];
    return timers.filter(({ target }) => target === owner);
  }

  #forget(owner: AnyActorRef, id: string): void {
    const timers = this.#owners.get(owner);
    timers?.delete(id);
    if (timers?.size === 0) this.#owners.delete(owner);
  }
}
