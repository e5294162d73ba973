import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { edgesOn } from '../kernel/xstate.ts';
import {
  isPassing,
  nameOf,
  type Place,
  type SpaceOptions,
  type Step,
  spaceOf,
  statesIn,
  statesUnder,
  type Taken,
} from './state-space.ts';

/** Exceptions name a state as `parent.child`, and give the reason. */
type Exceptions = Readonly<Record<string, string>>;

export interface WalkOptions extends Pick<SpaceOptions, 'input' | 'events' | 'stepsMax'> {
  /** The states to recover to, as `parent.child`. In a parallel machine, any one of them. */
  readonly good?: readonly string[];
  /** States without an `after` that wait for an event which leads out once it is due. */
  readonly lazy?: Readonly<Record<string, string>>;
  /** States that invoke an actor and need no deadline. */
  readonly undated?: Exceptions;
  /** States that are not final, and are left by nothing. */
  readonly lasting?: Exceptions;
  /** States that nothing reaches. */
  readonly unreached?: Exceptions;
  /** Places, as `a b.c`, that no event leads out of to a good state. */
  readonly lost?: Exceptions;
}

export interface Walk {
  /** What is not as it should be, one sentence each. */
  readonly findings: readonly string[];
  /** States that were reached, sorted. */
  readonly states: readonly string[];
  /** Transitions that were taken, as in the coverage of a simulation: `closed trip -> open`. */
  readonly edges: readonly string[];
  /** False if `stepsMax` was too little to walk everywhere. */
  readonly isWhole: boolean;
}

/**
 * Walks a machine under all its events with XState's pure `transition`, breadth-first, at most
 * `stepsMax` steps (2,000 unless told), and says: which state is never reached; which is not final
 * and never left; which waits for an actor, or a timer, without a deadline that is armed; which
 * throws on an event; and from where no events lead to a good state. An exception that no longer
 * holds is a finding too.
 * Contexts must be JSON. Where contexts are endless, as counters are, a place is lost only if all
 * walked places of the same states are.
 */
export function walk(machine: AnyStateMachine, options: WalkOptions = {}): Walk {
  const { lazy = {} } = options;
  const faults = new Set<string>();
  const onStep = (taken: Taken): void => {
    for (const found of faultsOf(taken)) faults.add(found);
  };
  const places = spaceOf(machine, { ...options, onStep });
  const states = statesUnder(machine.root);
  const reached = new Set(places.flatMap(({ snapshot }) => [...statesIn(snapshot.value)]));
  const unreached = states.filter((state) => !isPassing(state) && !reached.has(nameOf(state)));
  const lasting = states.filter((state) => reached.has(nameOf(state)) && !isLeft(state, places));
  const waiting = states.filter(
    (state) => reached.has(nameOf(state)) && !hasDeadline(state) && !(nameOf(state) in lazy),
  );
  return {
    findings: [
      ...compare(unreached.map(nameOf), options.unreached, 'is never reached'),
      ...compare(lasting.map(nameOf), options.lasting, 'is never left, and not final'),
      ...compare(waiting.map(nameOf), options.undated, 'has no deadline'),
      ...[...faults].sort(),
      ...Object.entries(lazy).flatMap((pair) => asleep(places, ...pair)),
      ...compare(lostPlaces(places, options.good), options.lost, 'leads to no good state'),
    ],
    states: [...reached].sort(),
    edges: [...new Set(places.flatMap(edgesFrom))].sort(),
    isWhole: places.every(({ isWalked }) => isWalked),
  };
}

/** What was found and is no exception; and exceptions that were not found. */
function compare(found: readonly string[], exceptions: Exceptions = {}, what: string): string[] {
  const stale = Object.keys(exceptions).filter((name) => !found.includes(name));
  return [
    ...found.filter((name) => !(name in exceptions)).map((name) => `${name} ${what}`),
    ...stale.map((name) => `${name} is excused ("${what}") for nothing`),
  ];
}

/** An atomic state is left if some step from it ends elsewhere. Others are as their parts are. */
function isLeft(state: AnyStateNode, places: readonly Place[]): boolean {
  if (state.type !== 'atomic') return true;
  const name = nameOf(state);
  return places.some((place) => isIn(place, name) && place.exits.some(({ to }) => !isIn(to, name)));
}

/** A state that invokes an actor waits for it: it, or one around it, must have an `after`. */
function hasDeadline(state: AnyStateNode): boolean {
  if (state.invoke.length === 0) return true;
  for (let at: AnyStateNode | undefined = state; at !== undefined; at = at.parent) {
    if (at.after.length > 0) return true;
  }
  return false;
}

function faultsOf({ from, event, take }: Taken): string[] {
  try {
    return timersOf(take()).filter((found) => found !== undefined);
  } catch (error) {
    const at = from === undefined ? 'the start' : `${labelOf(from)} on ${event?.type}`;
    return [`${at} throws ${String(error).replace(/\s+/g, ' ')}`];
  }
}

/** Of each timer that a step arms, what is wrong with it, if anything. */
function timersOf([{ machine }, actions]: Step): (string | undefined)[] {
  const timers = statesUnder(machine.root).flatMap((state) =>
    state.after.map(({ eventType }) => [eventType, nameOf(state)] as const),
  );
  const states = new Map(timers);
  return actions.map(({ type, params }) => {
    const { event, delay } = Object(params);
    const state = type === 'xstate.raise' ? states.get(String(event?.type)) : undefined;
    const isSound = typeof delay === 'number' && delay >= 0 && delay < Number.POSITIVE_INFINITY;
    return state === undefined || isSound ? undefined : `${state} has a timer of ${delay} ms`;
  });
}

/** A lazy deadline must lead out, from somewhere at least. */
function asleep(places: readonly Place[], name: string, type: string): string[] {
  const leads = places.some(
    (place) =>
      isIn(place, name) &&
      place.exits.some((exit) => exit.event.type === type && !isIn(exit.to, name)),
  );
  return leads ? [] : [`${name} is not left by ${type}`];
}

function lostPlaces(places: readonly Place[], good: readonly string[] | undefined): string[] {
  if (good === undefined) return [];
  const recovers = leadingTo(places, (place) => good.some((name) => isIn(place, name)));
  const isOpen = leadingTo(places, ({ isWalked }) => !isWalked);
  const walked = places.filter(({ isWalked, snapshot }) => isWalked && snapshot.status !== 'done');
  const found = new Set(walked.filter((place) => recovers.has(place)).map(labelOf));
  const lost = walked.filter(
    (place) => !recovers.has(place) && (!isOpen.has(place) || !found.has(labelOf(place))),
  );
  return [...new Set(lost.map(labelOf))].sort();
}

/** All places from which steps lead to one that `isGoal`, those among them. */
function leadingTo(places: readonly Place[], isGoal: (place: Place) => boolean): Set<Place> {
  const before = new Map<Place, Place[]>();
  for (const place of places) {
    for (const { to } of place.exits) {
      const known = before.get(to);
      if (known === undefined) before.set(to, [place]);
      else known.push(place);
    }
  }
  const found = new Set(places.filter(isGoal));
  for (const place of found) for (const earlier of before.get(place) ?? []) found.add(earlier);
  return found;
}

const edgesFrom = ({ snapshot, exits }: Place): string[] =>
  exits.flatMap(({ event }) => edgesOn(snapshot, event));

function isIn({ snapshot }: Place, name: string): boolean {
  for (const state of statesIn(snapshot.value)) if (state === name) return true;
  return false;
}

/** The innermost states of a place: `circuit.open isolation.none`. */
function labelOf({ snapshot }: Place): string {
  const names = [...statesIn(snapshot.value)];
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`))).join(' ');
}
