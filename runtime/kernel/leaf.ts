import {
  type AnyActorLogic,
  type AnyActorRef,
  type EventObject,
  isMachineSnapshot,
  type Subscription,
} from 'xstate';
import type { Owner } from '../../actors/world.ts';
import type { Cancel } from '../../storage/ports.ts';
import { describeError } from '../errors.ts';
import type { ChildOptions } from '../options/child.ts';
import type { Ask } from './ask.ts';
import type { Branch } from './branch.ts';
import { Child } from './child.ts';
import { SEVERAL } from './handling.ts';
import type { Kernel } from './kernel.ts';
import { type Letter, Mailbox } from './mailbox.ts';
import type { Runnable } from './run-queue.ts';
import type { Start } from './saved-state.ts';
import { handles, hasTransition, persist, snapshotOf } from './xstate.ts';

export type TellResult = 'accepted' | { readonly rejected: 'full' | 'dead' | 'type' };

/** An actor of the user, over all its incarnations, with the mailbox they read from. */
export class Leaf extends Child implements Runnable {
  declare readonly policy: ChildOptions;
  readonly #logic: AnyActorLogic;
  // Most actors of a large set wait for nothing and are watched by nobody: made at first use.
  #mailbox: Mailbox | undefined;
  /** Asks whose event was handed over and whose answer is still to come. */
  #asked: Set<Ask> | undefined;
  #watchers: Set<(snapshot: unknown) => void> | undefined;
  #following: Subscription | undefined;
  #owner: Owner | undefined;
  /** The value of its state when an onlooker looked last. */
  seen: unknown;
  #current: Letter | undefined;
  /** What the next incarnation starts from, if not from the beginning. */
  #lastGood: Start | undefined;
  /** Its incarnation has been through its start. */
  #hasStarted = false;
  /** Has its place in the run queue. */
  #isReady = false;
  #cancelDrain: Cancel | undefined;
  #drainByMs = 0;

  constructor(kernel: Kernel, parent: Branch, id: string, logic: AnyActorLogic, p: ChildOptions) {
    super(kernel, parent, id, p);
    this.#logic = logic;
    if (p.restartOnOpen !== undefined) kernel.trips.add(p.restartOnOpen, this);
    if (p.persist !== undefined) {
      this.#lastGood = kernel.persistence?.actors.begin(this, logic, p.persist.logicVersion);
    }
  }

  // --- events -------------------------------------------------------------------------------

  tell(event: EventObject, ask?: Ask): TellResult {
    const own = copyOf(event, ask?.correlationId);
    const rejected = this.#refusal(own);
    if (own === undefined || rejected !== undefined) {
      this.kernel.letters.record(this.path, rejected ?? 'type', own);
      return { rejected: rejected ?? 'type' };
    }
    this.#mailbox ??= new Mailbox(this.policy.mailbox.eventsMax);
    const letter: Letter = { event: own, attempts: 0, ask, told: undefined };
    this.#mailbox.push(letter);
    this.#getReady();
    letter.told = this.kernel.onlooker?.told(this, own.type, this.#teller());
    return 'accepted';
  }

  /** The actor whose code is running. */
  #teller(): Leaf | undefined {
    const owner = this.kernel.containment.current();
    return owner instanceof IncarnationOwner ? owner.leaf : undefined;
  }

  receive(event: EventObject): void {
    this.tell(event);
  }

  #refusal(event: EventObject | undefined): 'type' | 'dead' | 'full' | undefined {
    if (event === undefined || !hasOpenType(event)) return 'type';
    if (this.state === 'draining' || this.state === 'ended') return 'dead';
    if (this.kernel.isClosing && this.kernel.containment.current() === undefined) return 'dead';
    return this.#mailbox?.isFull === true ? 'full' : undefined;
  }

  get waiting(): number {
    return this.#mailbox?.size ?? 0;
  }

  #getReady(): void {
    if (this.#isReady || this.ref === undefined || this.waiting === 0) return;
    this.kernel.queue.ready(this);
    this.#isReady = true;
  }

  serve(): boolean {
    const { ref } = this;
    const letter = ref === undefined ? undefined : this.#mailbox?.shift();
    if (ref !== undefined && letter !== undefined) this.#handle(ref, letter);
    this.#isReady = this.ref !== undefined && this.waiting > 0;
    if (!this.#isReady && this.state === 'draining') this.#drained();
    return this.#isReady;
  }

  #handle(ref: AnyActorRef, letter: Letter): void {
    if (letter.ask?.isSettled) {
      this.kernel.letters.record(this.path, 'expired', letter.event);
      return;
    }
    const before: unknown = ref.getSnapshot();
    this.#current = letter;
    this.#listen(ref, letter.ask);
    if (letter.told !== undefined) this.kernel.onlooker?.handled(letter.told);
    const isWhole = this.#deliver(ref, letter.event);
    this.#current = undefined;
    const after = snapshotOf(ref);
    if (!isWhole || (this.ref !== ref && after?.status === 'error')) {
      this.#retryOrQuarantine(letter);
    } else if (
      after === before &&
      isMachineSnapshot(after) &&
      !hasTransition(after, letter.event)
    ) {
      this.kernel.letters.record(this.path, 'unhandled', letter.event);
      letter.ask?.refuse('EVENT_UNHANDLED', `it has no transition for "${letter.event.type}" now`);
    }
  }

  /** False if the logic breaks XState's contract: that throws, past what XState guards. */
  #deliver(ref: AnyActorRef, event: EventObject): boolean {
    const { incarnation } = this;
    try {
      this.#inside(() => this.kernel.system.deliver(ref, event));
      return true;
    } catch (error) {
      this.uncaught(incarnation, error);
      return false;
    }
  }

  /** The event that was being handled when its actor failed. */
  #retryOrQuarantine(letter: Letter): void {
    letter.attempts += 1;
    if (letter.attempts < this.policy.mailbox.attemptsMax) {
      this.#mailbox?.putBack(letter);
      return;
    }
    const { attempts, event } = letter;
    this.kernel.letters.record(this.path, 'poison', event);
    this.kernel.facts.publish('actor.quarantined', this.path, { event: event.type, attempts });
  }

  override moved(): void {
    this.kernel.onlooker?.moved(this, this.handling);
    if (this.policy.persist !== undefined) this.kernel.persistence?.actors.mark(this);
  }

  #listen(ref: AnyActorRef, ask: Ask | undefined): void {
    if (ask === undefined) return;
    this.#asked ??= new Set();
    this.#asked.add(ask);
    const answered = ref.on(ask.replyType, (reply: EventObject) =>
      ask.offer(reply, this.#current?.ask === ask),
    );
    ask.onceSettled(() => {
      answered.unsubscribe();
      this.#asked?.delete(ask);
    });
  }

  /** Whatever `work` starts, now or later, belongs to this incarnation. */
  #inside(work: () => void): void {
    this.kernel.containment.run(this.#owner ?? this.#newOwner(), work);
  }

  #newOwner(): Owner {
    const { incarnation } = this;
    this.#owner = new IncarnationOwner(this, incarnation);
    return this.#owner;
  }

  /**
   * False if it came back just before: it may still be starting, and must not spend its window on
   * what others fail at.
   */
  get isSettled(): boolean {
    if (this.state !== 'running') return false;
    const ranMs = this.kernel.clock.monotonicMs() - this.history.startedAtMs;
    return this.incarnation === 1 || ranMs >= (this.parent?.spareMs(this) ?? 0);
  }

  /** Something outside shows that it is no good any more. */
  fail(error: unknown, causeId: string): void {
    if (this.state === 'running') this.uncaught(this.incarnation, error, causeId);
  }

  uncaught(incarnation: number, error: unknown, causeId?: string): void {
    const { ref } = this;
    if (ref === undefined || this.incarnation !== incarnation) {
      this.announce('failed', error, causeId);
      return;
    }
    this.failing(ref);
    this.wentDown('failed', error, causeId);
    this.kernel.system.stop(ref);
  }

  // --- incarnations -------------------------------------------------------------------------

  launch(causeId?: string): void {
    const { kernel, parent } = this;
    if (parent?.ref === undefined) return;
    const lastGood = this.#lastGood;
    this.#lastGood = undefined;
    this.incarnation += 1;
    this.relaunch = undefined;
    this.state = 'running';
    this.history = { ...this.history, startedAtMs: kernel.clock.monotonicMs() };
    this.#owner = undefined;
    this.#hasStarted = false;
    const { ref: parentRef } = parent;
    this.handling = SEVERAL;
    this.#inside(() => this.#start(parentRef, lastGood));
    this.handling = undefined;
    if (this.ref === undefined) return;
    const type = this.incarnation === 1 ? 'actor.started' : 'actor.restarted';
    kernel.facts.publish(type, this.path, { incarnation: this.incarnation }, causeId);
    this.#getReady();
  }

  #start(parentRef: AnyActorRef, lastGood: Start | undefined): void {
    const { kernel, id, policy } = this;
    const options = { id, input: policy.input, snapshot: lastGood?.snapshot };
    try {
      const ref = kernel.system.create(this.#logic, this, parentRef, options);
      this.ref = ref;
      if (policy.restore === 'lastGood') kernel.system.timers.keep(ref);
      ref.start();
      this.#hasStarted = this.ref === ref;
      if (lastGood !== undefined) kernel.system.rearm(ref, lastGood.deadlines);
      this.moved();
      this.#follow();
      this.#show(ref.getSnapshot());
    } catch (error) {
      // Logic that is no logic fails in XState's own hands, outside what it guards.
      this.wentDown('failed', error);
    }
  }

  override failing(incarnation: AnyActorRef): void {
    // What failed while it started has no good state to go back to.
    if (incarnation !== this.ref || this.policy.restore !== 'lastGood') return;
    if (!this.#hasStarted) return;
    const deadlines = this.kernel.system.deadlinesOf(incarnation);
    try {
      const snapshot = persist(incarnation);
      this.#lastGood = snapshot === undefined ? undefined : { snapshot, deadlines };
    } catch (error) {
      const fields = { actor: this.path, error: describeError(error) };
      this.kernel.log.warn(fields, 'the last good state of an actor cannot be kept');
    }
  }

  override takeDown(): void {
    if (this.ref !== undefined) this.failing(this.ref);
    super.takeDown();
    this.#dropAsked('ACTOR_FAILED', 'it was restarted first');
  }

  override wentDown(how: 'failed' | 'finished', value: unknown, causeId?: string): void {
    super.wentDown(how, value, causeId);
    this.#dropAsked('ACTOR_FAILED', `it ${how} first`, value);
  }

  #dropAsked(code: 'ACTOR_FAILED' | 'ACTOR_DEAD', because: string, cause?: unknown): void {
    for (const ask of this.#asked ?? []) ask.refuse(code, because, cause);
  }

  override startAfresh(): void {
    super.startAfresh();
    this.#lastGood = undefined;
  }

  // --- the end ------------------------------------------------------------------------------

  stop(done: () => void): void {
    if (this.state === 'ended') return done();
    this.onceEnded(done);
    if (this.state === 'draining') return;
    const { shutdownMs } = this.policy;
    if (this.ref === undefined || shutdownMs === 0) return this.end({ because: 'stopped' });
    this.state = 'draining';
    this.#drainByMs = this.kernel.clock.monotonicMs() + shutdownMs;
    if (!this.#isReady) this.#drained();
    // Most have nothing to finish, and ended just now: they need no timer.
    if (this.ending !== undefined) return;
    this.#cancelDrain = this.kernel.clock.after(shutdownMs, () => this.end({ because: 'stopped' }));
  }

  /** The mailbox is empty: a machine that knows how is asked to finish, others are stopped. */
  #drained(): void {
    const { ref, kernel } = this;
    if (ref === undefined) return;
    const event = { type: DRAIN, deadlineMs: this.#drainByMs - kernel.clock.monotonicMs() };
    if (!handles(ref, event)) return this.end({ because: 'stopped' });
    this.#deliver(ref, event);
  }

  inStopOrder(): Child[] {
    return [this];
  }

  protected finish(): void {
    const { restartOnOpen, persist: saved } = this.policy;
    if (saved !== undefined) this.kernel.persistence?.actors.end(this);
    if (restartOnOpen !== undefined) this.kernel.trips.remove(restartOnOpen, this);
    this.#cancelDrain?.();
    for (const { event, ask } of this.#mailbox?.takeAll() ?? []) {
      this.kernel.letters.record(this.path, 'stopped', event);
      ask?.refuse('ACTOR_DEAD', 'it ended first');
    }
    this.#dropAsked('ACTOR_DEAD', 'it ended first');
    this.#watchers = undefined;
  }

  // --- looking in ---------------------------------------------------------------------------

  snapshot(): unknown {
    return this.ref?.getSnapshot();
  }

  /** Calls `watcher` with every new snapshot, of this incarnation and those to come. */
  watchSnapshots(watcher: (snapshot: unknown) => void): Cancel {
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
    this.#follow();
    return () => {
      this.#watchers?.delete(watcher);
      if (this.#watchers?.size === 0) this.#following?.unsubscribe();
    };
  }

  #follow(): void {
    if (this.#watchers === undefined || this.#watchers.size === 0) return;
    this.#following?.unsubscribe();
    // An observer without an error handler makes XState throw the actor's error from a timer.
    const observer = { next: (snapshot: unknown) => this.#show(snapshot), error: () => {} };
    this.#following = this.ref?.subscribe(observer);
  }

  #show(snapshot: unknown): void {
    for (const watcher of this.#watchers ?? []) watcher(snapshot);
  }
}

/**
 * The event as it is now: what its sender does to its fields later, or getters, change nothing.
 * Undefined if it cannot be read.
 */
function copyOf(event: EventObject, correlationId?: string): EventObject | undefined {
  try {
    const { type } = event;
    const asked = correlationId === undefined ? {} : { correlationId };
    return { ...event, type, ...asked };
  } catch {
    return undefined;
  }
}

/** Types beginning "xstate." steer XState itself, "*" is any type to it; only the kernel drains. */
function hasOpenType({ type }: { readonly type: unknown }): boolean {
  if (typeof type !== 'string' || type === '' || type === '*' || type === DRAIN) return false;
  return !type.startsWith('xstate.');
}

const DRAIN = 'actor.drain';

/** One object instead of a closure and its context: a large set has one for each of its actors. */
class IncarnationOwner implements Owner {
  readonly leaf: Leaf;
  readonly incarnation: number;

  constructor(leaf: Leaf, incarnation: number) {
    this.leaf = leaf;
    this.incarnation = incarnation;
  }

  uncaught(error: unknown): void {
    this.leaf.uncaught(this.incarnation, error);
  }
}
