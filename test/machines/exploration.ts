import { isDeepStrictEqual } from 'node:util';
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
import type { ChartFixture } from './charts.ts';

export const stepsMax = 2_000;
export const statesMax = 12;
export const depthMax = 3;

type Step = readonly [AnyMachineSnapshot, readonly ExecutableActionObject[]];

/**
 * Walks a chart breadth-first under all its events, without running any of its effects, and says
 * what is not as a chart of this house should be. Explores at most `stepsMax` transitions.
 */
export function explore(machine: AnyStateMachine, fixture: ChartFixture): readonly string[] {
  const events = eventsOf(machine, fixture);
  const findings = new Set<string>();
  const reached = new Set<string>();
  const seen = new Set<string>();
  const queue: AnyMachineSnapshot[] = [];

  const take = (label: string, step: () => Step): void => {
    const first = attempt(step);
    const again = attempt(step);
    if (typeof first === 'string' || typeof again === 'string') {
      findings.add(`${label}: throws ${first}`);
      return;
    }
    for (const found of impurities(machine, first, again)) findings.add(`${label}: ${found}`);
    const [snapshot] = first;
    for (const state of statesIn(snapshot.value)) reached.add(state);
    const key = fingerprint([snapshot, []]);
    if (!seen.has(key)) queue.push(snapshot);
    seen.add(key);
  };

  const input = freeze(structuredClone(fixture.input));
  take('start', () => initialTransition(machine, input));
  let steps = 0;
  for (let at = queue.shift(); at !== undefined && steps < stepsMax; at = queue.shift()) {
    const from: AnyMachineSnapshot = at;
    freeze(from.context);
    for (const event of from.status === 'active' ? events : []) {
      steps += 1;
      const label = `${[...statesIn(from.value)].join(' ')} on ${event.type}`;
      take(label, () => transition(machine, from, event));
    }
  }
  return [...findings, ...shape(machine, reached, fixture.unreached ?? {})];
}

/** Samples first; then every event the chart declares and has no sample, delays and actors too. */
function eventsOf(machine: AnyStateMachine, { events = [] }: ChartFixture): EventObject[] {
  const sampled = new Set(events.map(({ type }) => type));
  const declared = machine.events
    .filter((type) => !type.startsWith('xstate.done.state.'))
    .map((type) => (type === '*' ? 'noun.any' : type.replace(/\*$/, 'any')))
    .filter((type) => !sampled.has(type));
  const bare = declared.map((type) => {
    if (!type.startsWith('xstate.error.')) return { type };
    return { type, error: { name: 'Error', message: 'sample' } };
  });
  return [...events, ...bare].map((event) => freeze(structuredClone(event)));
}

function attempt(step: () => Step): Step | string {
  try {
    return step();
  } catch (error) {
    return String(error);
  }
}

function impurities(machine: AnyStateMachine, step: Step, again: Step): string[] {
  const [snapshot, actions] = step;
  const declared: Readonly<Record<string, unknown>> = machine.implementations.actions;
  const foreign = actions
    .filter(({ type, exec }) => !type.startsWith('xstate.') && declared[type] !== exec)
    .map(({ type }) => `${type} is no declared action`);
  const context: unknown = snapshot.context;
  const isJson = context === undefined || isDeepStrictEqual(viaJson(context), context);
  return [
    ...foreign,
    ...(isJson ? [] : ['context does not survive JSON']),
    ...(fingerprint(step) === fingerprint(again) ? [] : ['the same step twice differs']),
  ];
}

function shape(
  machine: AnyStateMachine,
  reached: ReadonlySet<string>,
  unreached: Readonly<Record<string, string>>,
): string[] {
  const states = statesUnder(machine.root);
  const missed = states
    .filter((state) => !isPassing(state))
    .map(nameOf)
    .filter((name) => !reached.has(name));
  const depth = Math.max(0, ...states.map(({ path }) => path.length));
  return [
    ...missed.filter((name) => !(name in unreached)).map((name) => `${name} is never reached`),
    ...Object.keys(unreached)
      .filter((name) => !missed.includes(name))
      .map((name) => `${name} is listed as unreached, and is not`),
    ...(states.length > statesMax ? [`${states.length} states of at most ${statesMax}`] : []),
    ...(depth > depthMax ? [`${depth} levels of at most ${depthMax}`] : []),
  ];
}

/** True if no step ever ends in the state. */
function isPassing({ type, always, parent }: AnyStateNode): boolean {
  const isLeft = parent?.transitions.has(`xstate.done.state.${parent.id}`) === true;
  return type === 'history' || always !== undefined || (type === 'final' && isLeft);
}

export const nameOf = ({ path }: AnyStateNode): string => path.join('.');

/** All states of a chart in the order they are written, parents first, the root aside. */
export function statesUnder(node: AnyStateNode): readonly AnyStateNode[] {
  const children: readonly AnyStateNode[] = Object.values(node.states);
  return children.flatMap((child) => [child, ...statesUnder(child)]);
}

function* statesIn(value: StateValue, above = ''): Generator<string> {
  const inner = typeof value === 'string' ? { [value]: undefined } : value;
  for (const [key, below] of Object.entries(inner)) {
    yield `${above}${key}`;
    if (below !== undefined) yield* statesIn(below, `${above}${key}.`);
  }
}

function fingerprint([snapshot, actions]: Step): string {
  const { value, context, status, output, children } = snapshot;
  const did = actions.map(({ type, params }) => ({ type, params }));
  return JSON.stringify([value, context, status, output, Object.keys(children), did]);
}

const viaJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A chart that changes what it was given, instead of assigning anew, throws. */
function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
