import type { Observable } from 'rxjs';
import type { AnyActorLogic, EmittedFrom, EventFromLogic, SnapshotFrom } from 'xstate';
import { Audience } from './audience.ts';
import { Ask, type AskOptions } from './kernel/ask.ts';
import type { Ending } from './kernel/child.ts';
import type { Leaf, TellResult } from './kernel/leaf.ts';
import { askOptions } from './options/ask.ts';
import { readOptions } from './options/read.ts';

/** How an actor ended for good, and which. */
export type Ended = Ending & { readonly path: string };

/**
 * What a user holds of a supervised actor. It stays good over every restart; the actor behind it
 * does not.
 */
export class Handle<Logic extends AnyActorLogic = AnyActorLogic> {
  readonly #leaf: Leaf;
  #changes: Observable<SnapshotFrom<Logic>> | undefined;

  constructor(leaf: Leaf) {
    this.#leaf = leaf;
  }

  get id(): string {
    return this.#leaf.id;
  }

  /** Where it stands in the tree, as in `workers/mailer`. */
  get path(): string {
    return this.#leaf.path;
  }

  /**
   * Puts an event into the mailbox. Never throws and never runs the actor at once: `full` speaks
   * of the mailbox, `dead` of the actor, `type` of an event with no type or a reserved one.
   */
  tell(event: EventFromLogic<Logic>): TellResult {
    return this.#leaf.tell(event);
  }

  /**
   * Tells an event and waits for the event that the actor emits as its answer: one of type `reply`
   * that it emits while it handles this very event, or later with this event's `correlationId`.
   * Rejects with MAILBOX_FULL, ACTOR_DEAD, EVENT_REFUSED, EVENT_UNHANDLED, ACTOR_FAILED or
   * ASK_TIMEOUT, or with the signal's reason.
   */
  async ask<Type extends EmittedFrom<Logic>['type']>(
    event: EventFromLogic<Logic>,
    options: AskOptions<Type>,
  ): Promise<Extract<EmittedFrom<Logic>, { type: Type }>> {
    const { kernel, path } = this.#leaf;
    const { reply, timeoutMs = kernel.askMs, signal } = readOptions(askOptions, 'ask', options);
    const ask = new Ask(path, kernel.nextCorrelationId(), reply);
    ask.bound(kernel.clock, timeoutMs, signal);
    const told = this.#leaf.tell(event, ask);
    if (told !== 'accepted') ask.refuse(REFUSALS[told.rejected], `"${told.rejected}"`);
    return (await ask.answer) as Extract<EmittedFrom<Logic>, { type: Type }>;
  }

  /** The state of the actor; undefined while it has no incarnation. */
  snapshot(): SnapshotFrom<Logic> | undefined {
    return this.#leaf.snapshot() as SnapshotFrom<Logic> | undefined;
  }

  /** Every new snapshot, over all incarnations. Nothing is paid while nobody subscribes. */
  get changes$(): Observable<SnapshotFrom<Logic>> {
    this.#changes ??= this.#watchChanges();
    return this.#changes;
  }

  /** Death watch: tells once, on a later turn, that the actor has ended for good, and how. */
  watch(listener: (ended: Ended) => void): () => void {
    const { kernel, path, ending } = this.#leaf;
    const tell = (how: Ending): void => {
      kernel.queue.control(() => kernel.callWatcher(path, () => listener({ ...how, path })));
    };
    if (ending === undefined) return this.#leaf.onceEnded(tell);
    tell(ending);
    return () => {};
  }

  /** Begins a new incarnation, outside every restart budget. What is queued stays queued. */
  restart(reason: string): void {
    const leaf = this.#leaf;
    leaf.kernel.queue.control(() => leaf.parent?.restart(leaf, reason));
  }

  /** Lets the actor finish within its `shutdownMs` and stops it. Resolves once it has ended. */
  stop(): Promise<void> {
    const leaf = this.#leaf;
    return new Promise((resolve) => {
      leaf.kernel.queue.control(() => leaf.stop(resolve));
    });
  }

  #watchChanges(): Observable<SnapshotFrom<Logic>> {
    const leaf = this.#leaf;
    const { kernel, path } = leaf;
    const audience = new Audience<SnapshotFrom<Logic>>();
    let leave = (): void => {};
    return audience.observe((error) => kernel.subscriberFailed(path, error), {
      onFirst: () => {
        if (leaf.state === 'ended') return audience.close(kernel.containment);
        const unwatch = leaf.watchSnapshots((snapshot) =>
          audience.tell(snapshot as SnapshotFrom<Logic>, kernel.containment),
        );
        const unhear = leaf.onceEnded(() => audience.close(kernel.containment));
        leave = () => {
          unwatch();
          unhear();
        };
      },
      onLast: () => leave(),
    });
  }
}

const REFUSALS = { full: 'MAILBOX_FULL', dead: 'ACTOR_DEAD', type: 'EVENT_REFUSED' } as const;
