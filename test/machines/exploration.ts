import { isDeepStrictEqual } from 'node:util';
import type { AnyStateMachine } from 'xstate';
import {
  fingerprint,
  freeze,
  isPassing,
  nameOf,
  type Step,
  spaceOf,
  statesIn,
  statesUnder,
  type Taken,
} from '../../runtime/sim/state-space.ts';
import type { ChartFixture } from './charts.ts';

export const stepsMax = 2_000;
export const statesMax = 12;
export const depthMax = 3;

/**
 * Walks a chart breadth-first under all its events, without running any of its effects, and says
 * what is not as a chart of this house should be. Explores at most `stepsMax` transitions.
 */
export function explore(machine: AnyStateMachine, fixture: ChartFixture): readonly string[] {
  const findings = new Set<string>();
  const onStep = (taken: Taken): void => {
    const label = labelOf(taken);
    const first = attempt(taken.take);
    const again = attempt(taken.take);
    if (typeof first === 'string' || typeof again === 'string') {
      findings.add(`${label}: throws ${first}`);
      return;
    }
    for (const found of impurities(machine, first, again)) findings.add(`${label}: ${found}`);
  };
  const input = freeze(structuredClone(fixture.input));
  const places = spaceOf(machine, { ...fixture, input, stepsMax, onStep });
  const reached = new Set(places.flatMap(({ snapshot }) => [...statesIn(snapshot.value)]));
  return [...findings, ...shape(machine, reached, fixture.unreached ?? {})];
}

function labelOf({ from, event }: Taken): string {
  if (from === undefined || event === undefined) return 'start';
  return `${[...statesIn(from.snapshot.value)].join(' ')} on ${event.type}`;
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

const viaJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
