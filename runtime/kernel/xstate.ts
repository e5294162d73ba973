/**
 * Every fact about XState that its documentation does not promise lives in this file, each with a
 * conformance test in test/runtime/kernel/xstate.test.ts. `xstate` is pinned exactly.
 */
import {
  type Actor,
  type ActorOptions,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyTransitionDefinition,
  createActor,
  type EventObject,
  getMicrosteps,
  type InspectionEvent,
  isMachineSnapshot,
  type Snapshot,
} from 'xstate';
import type { Cancel, Clock } from '../../storage/ports.ts';
import { type Handler, handle, type Relay } from './handling.ts';
import { supervisorLogic } from './supervisor.ts';
import { type Deadline, TimerIndex } from './timers.ts';

export type Incarnation = Actor<AnyActorLogic>;

/** Whoever in the kernel stands behind an actor. What lives inside the actor belongs to it too. */
export interface Owned extends Handler {
  /** An event from anywhere but its own inner actors. */
  receive(event: EventObject): void;
  /** An event for an inner actor that has ended. */
  lose(event: EventObject): void;
  /** Its actor failed; the last look at it before what lives inside is stopped. */
  failing(incarnation: AnyActorRef): void;
  /** Its actor has ended by itself. `value` is the error, or the output. */
  ended(incarnation: AnyActorRef, how: 'failed' | 'finished', value: unknown): void;
}

const OWNER = Symbol('holdfast.owner');

interface OwnedRef {
  [OWNER]?: Owned;
}

interface Internals {
  _relay: Relay;
  _set(systemId: string, ref: AnyActorRef): void;
  _unregister(ref: AnyActorRef): void;
}

type System = Incarnation['system'] & Internals;

type EndEvent = EventObject & { error?: unknown; output?: unknown };

const isReserved = (type: string): boolean => type.startsWith('xstate.');
const isError = (type: string): boolean => type.startsWith('xstate.error.actor.');
const isDone = (type: string): boolean => type.startsWith('xstate.done.actor.');

/** Of what lives in another none. */
export const ownerOf = (ref: AnyActorRef): Owned | undefined => (ref as OwnedRef)[OWNER];

/** Undefined if logic broke its contract and left none: XState's development build throws then. */
export function snapshotOf(ref: AnyActorRef): Partial<Snapshot<unknown>> | undefined {
  try {
    return ref.getSnapshot();
  } catch {
    return undefined;
  }
}

const isActive = (ref: AnyActorRef): boolean => snapshotOf(ref)?.status === 'active';

/** What lives in an actor, one floor down. */
export function innerActorsOf(ref: AnyActorRef): AnyActorRef[] {
  const snapshot = snapshotOf(ref);
  if (!isMachineSnapshot(snapshot)) return [];
  const inner: (AnyActorRef | undefined)[] = Object.values(Object(snapshot.children));
  return inner.filter((child) => child !== undefined);
}

function innerActorAt(ref: AnyActorRef, path: readonly string[]): AnyActorRef | undefined {
  let at: AnyActorRef | undefined = ref;
  for (const id of path) {
    at = at && innerActorsOf(at).find((child) => child.id === id);
  }
  return at;
}

/** What an actor, or one that lives in it, was waiting for; `path` are the ids on the way in. */
export interface InnerDeadline extends Pick<Deadline, 'id' | 'event' | 'dueAtMs'> {
  readonly path: readonly string[];
}

/** The supervised actor that `ref` is, or lives in; while it is being made it has no owner yet. */
export function homeOf(ref: AnyActorRef): AnyActorRef {
  let home = ref;
  while (home._parent !== undefined && !isSupervisor(home._parent)) home = home._parent;
  return home;
}

const isSupervisor = (ref: AnyActorRef): boolean => (ref as Incarnation).logic === supervisorLogic;

/** As an option it would cost more: XState copies those one by one, past the first few slowly. */
function own(ref: Incarnation, owner: Owned): Incarnation {
  (ref as OwnedRef)[OWNER] = owner;
  return ref;
}

/** False if `event` does not tell the truth about `ref`: anybody can send its parent one. */
function reportEnd(child: Owned, ref: AnyActorRef, event: EndEvent): boolean {
  const { status } = ref.getSnapshot();
  if (isError(event.type) && status === 'error') child.ended(ref, 'failed', event.error);
  else if (isDone(event.type) && status === 'done') child.ended(ref, 'finished', event.output);
  else return false;
  return true;
}

/** One XState actor system, whose deliveries, timers and endings the kernel decides. */
export class ActorSystem {
  readonly timers: TimerIndex;
  readonly root: Incarnation;
  readonly #system: System;
  readonly #relay: Relay;
  readonly #keyedActors = new Map<AnyActorRef, Set<AnyActorRef>>();

  constructor(
    logic: AnyActorLogic,
    owner: Owned,
    clock: Clock,
    log: (parts: unknown[]) => void,
    inspect?: (event: InspectionEvent) => void,
  ) {
    const logger = (...parts: unknown[]) => log(parts);
    const options: ActorOptions<AnyActorLogic> = { id: 'root', logger };
    if (inspect !== undefined) options.inspect = inspect;
    this.root = own(createActor(logic, options), owner);
    this.#system = this.root.system as System;
    this.#relay = this.#system._relay;
    this.timers = new TimerIndex(clock, (source, target, event) =>
      this.#system._relay(source, target, event),
    );
    this.#takeOver();
    // Without an observer XState throws the error of a root from a timer, and the process exits.
    this.root.subscribe({ error: (error) => owner.ended(this.root, 'failed', error) });
    this.root.start();
  }

  /** Shows all that every actor does, for as long as somebody looks: that costs each event. */
  watch(observer: (event: InspectionEvent) => void): Cancel {
    const watching = this.#system.inspect(observer);
    return () => watching.unsubscribe();
  }

  /** Creates an actor under `parent`. Its end is told to `owner`, even if it cannot start. */
  create(
    logic: AnyActorLogic,
    owner: Owned,
    parent: AnyActorRef,
    options: { id: string; input?: unknown; snapshot?: Snapshot<unknown> | undefined },
  ): Incarnation {
    const { id, input, snapshot } = options;
    const given: ActorOptions<AnyActorLogic> = { parent, id };
    if (input !== undefined) given.input = input;
    if (snapshot !== undefined) given.snapshot = snapshot;
    return own(createActor(logic, given), owner);
  }

  /** Hands an event straight to an actor, past every mailbox. */
  deliver(ref: AnyActorRef, event: AnyEventObject): void {
    handle(ownerOf(ref), this.#relay, undefined, ref, event);
  }

  /** Stops an actor and everything that lives in it, whatever state either is in. */
  stop(ref: AnyActorRef): void {
    const inner = innerActorsOf(ref);
    try {
      if (isActive(ref)) this.#relay(undefined, ref, { type: 'xstate.stop' });
    } catch (error) {
      // Logic that has no snapshot for "xstate.stop" throws past what XState guards.
      ownerOf(homeOf(ref))?.ended(ref, 'failed', error);
    }
    for (const child of inner) this.stop(child);
    this.#releaseKeys(ref);
  }

  /** All that an actor and those in it wait for of their own, in the order they were armed. */
  deadlinesOf(ref: AnyActorRef, path: readonly string[] = []): InnerDeadline[] {
    const own = this.timers.takeKept(ref).map(({ id, event, dueAtMs }) => {
      return { id, event, dueAtMs, path };
    });
    const inner = innerActorsOf(ref).flatMap((child) => {
      return this.deadlinesOf(child, [...path, child.id]);
    });
    return [...own, ...inner];
  }

  /** The same of a live actor, which goes on waiting. */
  pendingOf(ref: AnyActorRef, path: readonly string[] = []): InnerDeadline[] {
    const own = this.timers.pending(ref).map(({ id, event, dueAtMs }) => {
      return { id, event, dueAtMs, path };
    });
    const inner = innerActorsOf(ref).map((child) => this.pendingOf(child, [...path, child.id]));
    return [...own, ...inner.flat()];
  }

  /** Arms them in an actor that was restored, which XState does not. */
  rearm(ref: AnyActorRef, deadlines: readonly InnerDeadline[]): void {
    const { clock } = this.timers;
    for (const { id, event, dueAtMs, path } of deadlines) {
      const waiting = innerActorAt(ref, path);
      if (waiting === undefined) continue;
      const delayMs = Math.max(0, dueAtMs - clock.monotonicMs());
      this.timers.schedule(waiting, waiting, event, delayMs, id);
    }
  }

  #takeOver(): void {
    const { timers } = this;
    Object.assign(this.#system.scheduler, {
      schedule: timers.schedule.bind(timers),
      cancel: timers.cancel.bind(timers),
      cancelAll: timers.cancelAll.bind(timers),
    });
    const set = this.#system._set;
    this.#system._set = (systemId, ref) => {
      set(systemId, ref);
      const home = homeOf(ref);
      const keyed = this.#keyedActors.get(home) ?? new Set();
      this.#keyedActors.set(home, keyed.add(ref));
    };
    const unregister = this.#system._unregister;
    this.#system._unregister = (ref) => {
      unregister(ref);
      this.#forgetKey(ref);
    };
    this.#system._relay = (source, target, event) => this.#route(source, target, event);
  }

  #route(source: AnyActorRef | undefined, target: AnyActorRef, event: EventObject): void {
    const isFailure = isError(event.type) && source?.getSnapshot().status === 'error';
    if (source !== undefined && isFailure) this.#bury(source);
    const owner = ownerOf(target);
    const child = source === undefined ? undefined : ownerOf(source);
    if (owner === undefined) {
      this.#relayInside(homeOf(target), source, target, event);
    } else if (source !== undefined && child !== undefined && source._parent === target) {
      if (!reportEnd(child, source, event)) owner.receive(event);
      else this.#releaseKeys(source);
    } else if (source !== undefined && homeOf(source) === target) {
      this.#relayInside(target, source, target, event);
    } else {
      owner.receive(event);
    }
  }

  /** A failing machine forgets its inner actors without stopping them (xstate#5153). */
  #bury(failed: AnyActorRef): void {
    ownerOf(failed)?.failing(failed);
    for (const orphan of innerActorsOf(failed)) this.stop(orphan);
    this.#releaseKeys(failed);
  }

  #relayInside(
    home: AnyActorRef,
    source: AnyActorRef | undefined,
    target: AnyActorRef,
    event: EventObject,
  ): void {
    const owner = ownerOf(home);
    if (!isActive(target) && !isReserved(event.type)) owner?.lose(event);
    if (target === home) return handle(owner, this.#relay, source, target, event);
    this.#relay(source, target, event);
    owner?.moved();
  }

  #forgetKey(ref: AnyActorRef): void {
    const home = homeOf(ref);
    const keyed = this.#keyedActors.get(home);
    keyed?.delete(ref);
    if (keyed?.size === 0) this.#keyedActors.delete(home);
  }

  /** An actor created in a transition that then threw was never started, yet keeps its systemId. */
  #releaseKeys(home: AnyActorRef): void {
    for (const ref of [...(this.#keyedActors.get(home) ?? [])]) this.#system._unregister(ref);
  }
}

/**
 * Whether a machine in this state has any transition for `event`, an empty one included, or one
 * whose guard throws: what that means is found out when it is taken.
 */
export function hasTransition(snapshot: AnyMachineSnapshot, event: EventObject): boolean {
  try {
    return snapshot.machine.getTransitionData(snapshot, event).length > 0;
  } catch {
    return true;
  }
}

/** Whether a machine names this type of event and has a transition for it; "*" does not count. */
export function handles(ref: AnyActorRef, event: EventObject): boolean {
  const snapshot: unknown = ref.getSnapshot();
  if (!isMachineSnapshot(snapshot)) return false;
  return snapshot.machine.events.includes(event.type) && hasTransition(snapshot, event);
}

/**
 * Whether logic can start from a snapshot. What XState throws at that becomes the state of an actor
 * that has failed before it was started.
 */
export function canStartFrom(logic: AnyActorLogic, snapshot: Snapshot<unknown>): boolean {
  try {
    return createActor(logic, { snapshot }).getSnapshot().status === 'active';
  } catch {
    return false;
  }
}

/**
 * What must be kept to start an actor again where it stood. The error snapshot of an actor that
 * threw is its last good one with another status: a failing transition changes nothing else.
 */
export function persist(ref: AnyActorRef): Snapshot<unknown> | undefined {
  const { logic } = ref as Incarnation;
  const alive = { ...ref.getSnapshot(), status: 'active', error: undefined };
  return logic.getPersistedSnapshot(alive);
}

/** What a machine did, as its inspection tells it: the states it is in now, and the way there. */
export interface Move {
  /** The path of the actor: of what lives in another, that of the latter comes first. */
  readonly actor: string;
  readonly machine: AnyStateMachine;
  /** Paths of states, as in `open` or `calling.waiting`; `''` is the root. */
  readonly states: readonly string[];
  /** As in `closed trip -> open`. */
  readonly edges: readonly string[];
  readonly value: unknown;
  /** It lives in an actor of the tree, or in a chart. */
  readonly isInner: boolean;
}

/** The transitions of one microstep, as the machine defines them, and the initial ones. */
export const takenIn = (event: InspectionEvent): readonly AnyTransitionDefinition[] =>
  event.type === '@xstate.microstep' ? event._transitions : [];

export const parentOf = ({ _parent: parent }: AnyActorRef): AnyActorRef | undefined => parent;

/** Whether what lives in another is still there: one that was never started is not. */
export function isInner(ref: AnyActorRef): boolean {
  const home = parentOf(ref);
  const snapshot = home && snapshotOf(home);
  return isActive(ref) && isMachineSnapshot(snapshot) && snapshot.children?.[ref.id] === ref;
}

/** Undefined for what is no move of a machine. */
export function moveOf(event: InspectionEvent): Move | undefined {
  if (event.type !== '@xstate.microstep' && event.type !== '@xstate.snapshot') return undefined;
  const { snapshot } = event;
  if (!isMachineSnapshot(snapshot)) return undefined;
  return {
    actor: pathTo(event.actorRef as AnyActorRef),
    machine: snapshot.machine,
    states: snapshot._nodes.map(pathOf).filter((path) => path !== ''),
    edges: takenIn(event).map(edgeOf),
    value: snapshot.value,
    isInner: homeOf(event.actorRef as AnyActorRef) !== event.actorRef,
  };
}

/** The ids on the way down to an actor; the root has none. */
function pathTo({ id, _parent: parent }: AnyActorRef): string {
  return parent?._parent === undefined ? id : `${pathTo(parent)}/${id}`;
}

const pathOf = ({ path }: { readonly path: readonly string[] }): string => path.join('.');

/** A transition as a line: `closed trip -> open`; without an arrow, if it leads nowhere else. */
export function edgeOf({ source, eventType, target }: AnyTransitionDefinition): string {
  const to = target === undefined ? '' : ` -> ${target.map(pathOf).join(', ')}`;
  return `${pathOf(source)} ${eventType}${to}`.trim();
}

/** The transitions that `event` takes from `snapshot`, and those that follow without an event. */
export function edgesOn(snapshot: AnyMachineSnapshot, event: EventObject): string[] {
  const { machine } = snapshot;
  const after = getMicrosteps(machine, snapshot, event).map(([next]) => next);
  const eventless = after.slice(1).flatMap(({ _nodes: to }, at) => {
    const from = after[at]?._nodes ?? [];
    const always = from.flatMap((node) => node.always ?? []);
    return always.filter(({ target = [] }) => target.every((node) => to.includes(node)));
  });
  return [...machine.getTransitionData(snapshot, event), ...eventless].map(edgeOf);
}
