import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type EventObject,
  type ExecutableActionObject,
  initialTransition,
  type StateValue,
  transition,
} from 'xstate';

export type Step = readonly [AnyMachineSnapshot, readonly ExecutableActionObject[]];

/** One step of a walk: `from` is undefined for the start. */
export interface Taken {
  readonly from: Place | undefined;
  readonly event: EventObject | undefined;
  /** Takes the step, as often as called. Throws what the machine throws. */
  take(): Step;
}

export interface Place {
  readonly snapshot: AnyMachineSnapshot;
  /** Where steps lead from here, in the order of the events. */
  readonly exits: { readonly event: EventObject; readonly to: Place }[];
  /** False for what the walk found and had no steps left to leave. */
  isWalked: boolean;
}

export interface SpaceOptions {
  readonly input?: unknown;
  /** Samples with their data. What is declared and has no sample is sent as a bare type. */
  readonly events?: readonly EventObject[];
  /** How many steps to take at most; 2,000 unless told. */
  readonly stepsMax?: number;
  /** Sees every step before it is taken; may refuse it. */
  readonly onStep?: (taken: Taken) => void;
}

/**
 * Walks a machine breadth-first under all its events, those of timers and invoked actors too,
 * without running its effects. Places are the same if state, context, output and children are.
 * Contexts must be JSON; they are frozen. A step that throws leads nowhere.
 */
export function spaceOf(machine: AnyStateMachine, options: SpaceOptions = {}): readonly Place[] {
  const { stepsMax = 2_000, onStep } = options;
  const events = eventsFor(machine, options.events ?? []);
  const places = new Map<string, Place>();

  const visit = (from: Place | undefined, event: EventObject | undefined, take: () => Step) => {
    onStep?.({ from, event, take });
    const step = attempt(take);
    if (step === undefined) return undefined;
    const key = fingerprint([step[0], []]);
    const known = places.get(key);
    if (known !== undefined) return known;
    freeze(step[0].context);
    const place: Place = { snapshot: step[0], exits: [], isWalked: false };
    places.set(key, place);
    return place;
  };

  visit(undefined, undefined, () => initialTransition(machine, options.input));
  let steps = 0;
  for (const place of places.values()) {
    if (steps >= stepsMax) break;
    for (const event of place.snapshot.status === 'active' ? events : []) {
      steps += 1;
      const to = visit(place, event, () => transition(machine, place.snapshot, event));
      if (to !== undefined) place.exits.push({ event, to });
    }
    place.isWalked = true;
  }
  return [...places.values()];
}

function attempt(take: () => Step): Step | undefined {
  try {
    return take();
  } catch {
    return undefined;
  }
}

/** Samples first; then every event that the machine declares and has no sample. */
function eventsFor(machine: AnyStateMachine, samples: readonly EventObject[]): EventObject[] {
  const sampled = new Set(samples.map(({ type }) => type));
  const bare = machine.events
    .filter((type) => !type.startsWith('xstate.done.state.'))
    .map((type) => (type === '*' ? 'noun.any' : type.replace(/\*$/, 'any')))
    .filter((type) => !sampled.has(type))
    .map((type) => {
      if (!type.startsWith('xstate.error.')) return { type };
      return { type, error: { name: 'Error', message: 'sample' } };
    });
  return [...samples, ...bare].map((event) => freeze(structuredClone(event)));
}

/** What tells one step from another: where it leads, and what it does. */
export function fingerprint([snapshot, actions]: Step): string {
  const { value, context, status, output, children } = snapshot;
  const did = actions.map(({ type, params }) => ({ type, params }));
  return JSON.stringify([value, context, status, output, Object.keys(children), did]);
}

export const nameOf = ({ path }: AnyStateNode): string => path.join('.');

/** All states of a machine in the order they are written, parents first, the root aside. */
export function statesUnder(node: AnyStateNode): readonly AnyStateNode[] {
  const children: readonly AnyStateNode[] = Object.values(node.states);
  return children.flatMap((child) => [child, ...statesUnder(child)]);
}

/** The names of the states that `value` is in, as `parent.child`, parents first. */
export function* statesIn(value: StateValue, above = ''): Generator<string> {
  const inner = typeof value === 'string' ? { [value]: undefined } : value;
  for (const [key, below] of Object.entries(inner)) {
    yield `${above}${key}`;
    if (below !== undefined) yield* statesIn(below, `${above}${key}.`);
  }
}

/** True if no step ever ends in the state. */
export function isPassing({ type, always, parent }: AnyStateNode): boolean {
  const isLeft = parent?.transitions.has(`xstate.done.state.${parent.id}`) === true;
  return type === 'history' || always !== undefined || (type === 'final' && isLeft);
}

/** A machine that changes what it was given, instead of assigning anew, throws. */
export function freeze<Value>(value: Value): Value {
  const isData = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype;
  if (isData && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(Object(value))) freeze(inner);
  }
  return value;
}
