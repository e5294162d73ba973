import type { Chart, ChartEdge, ChartState } from '../../chart.ts';

/** A transition as a trace names it: `closed breaker.trip -> open`. */
export interface Transition {
  readonly name: string;
  readonly source: string;
  /** As the machine has it; empty if it needs none. */
  readonly type: string;
  /** None if it stays where it is. */
  readonly targets: readonly string[];
}

const ARROW = ' -> ';

export function transitionOf(name: string): Transition {
  const arrow = name.lastIndexOf(ARROW);
  const left = arrow < 0 ? name : name.slice(0, arrow);
  const targets = arrow < 0 ? [] : name.slice(arrow + ARROW.length).split(', ');
  const space = left.indexOf(' ');
  // Whatever leaves the root has no source in its name.
  if (space < 0) return { name, source: '', type: left, targets };
  return { name, source: left.slice(0, space), type: left.slice(space + 1), targets };
}

/** As a reader says it: `after 500 ms`, `done mailer`, `always`. */
export function readableEvent(type: string): string {
  if (type === '') return 'always';
  const after = /^xstate\.after\.([^.]+)\./.exec(type)?.[1];
  if (after !== undefined) return /^\d+$/.test(after) ? `after ${after} ms` : `after ${after}`;
  const [, word, whose] = /^xstate\.(done|error)\.(?:actor|state)\.(.+)$/.exec(type) ?? [];
  return word === undefined ? type : `${word} ${whose}`;
}

const isWithin = (path: string, outer: string): boolean =>
  outer === '' || path === outer || path.startsWith(`${outer}.`);

function commonOf(one: string, other: string): string {
  const [a, b] = [one.split('.'), other.split('.')];
  const end = a.findIndex((part, at) => part !== b[at]);
  return a.slice(0, end < 0 ? a.length : end).join('.');
}

/** Where a machine is after `transitions`, as far as their names tell. */
export function statesAfter(
  states: readonly string[],
  transitions: readonly Transition[],
  leavesOf: (path: string) => readonly string[],
): readonly string[] {
  let now = states;
  for (const { source, targets } of transitions) {
    if (targets.length === 0) {
      if (source !== '' && !now.some((path) => isWithin(path, source))) now = [...now, source];
      continue;
    }
    const left = targets.map((target) => commonOf(source, target));
    const kept = now.filter((path) => !left.some((outer) => isWithin(path, outer)));
    now = [...new Set([...kept, ...targets.flatMap(leavesOf)])];
  }
  return now;
}

/** The states that a machine is in once it enters the one at `path`. */
export function leavesWithin(chart: Chart): (path: string) => readonly string[] {
  const all = new Map<string, ChartState>();
  const index = (state: ChartState): void => {
    all.set(state.path, state);
    for (const inner of state.states) index(inner);
  };
  index(chart.root);
  const leaves = (path: string): readonly string[] => {
    const state = all.get(path);
    if (state === undefined || state.states.length === 0) return [path];
    if (state.type === 'parallel') return state.states.flatMap((inner) => leaves(inner.path));
    const first = state.states.find(({ key }) => key === state.initial);
    return first === undefined ? [path] : leaves(first.path);
  };
  return leaves;
}

/** The chart of a machine whose definition is not told: what it was seen to do. */
export class SeenChart {
  readonly #id: string;
  readonly #edges = new Map<string, Transition>();
  readonly #states = new Set<string>(['']);
  #first: string | undefined;
  readonly #parallel = new Set<string>();

  constructor(id: string) {
    this.#id = id;
  }

  /** The state that it was seen in first. */
  get first(): string | undefined {
    return this.#first;
  }

  saw(transitions: readonly Transition[]): void {
    for (const transition of transitions) {
      if (this.#edges.has(transition.name)) continue;
      this.#edges.set(transition.name, transition);
      this.#first ??= transition.source === '' ? undefined : transition.source;
      for (const path of [transition.source, ...transition.targets]) this.#add(path);
    }
  }

  wasIn(states: readonly string[]): void {
    for (const path of states) this.#add(path);
    const [one, other] = states;
    if (one !== undefined && other !== undefined) this.#parallel.add(commonOf(one, other));
  }

  chart(): Chart {
    const states = [...this.#states];
    const told = {
      id: this.#id,
      states,
      root: this.#stateOf('', states),
      edges: [...this.#edges.values()].map(edgeOf),
      more: 0,
    };
    return { hash: digest(JSON.stringify(told)), ...told };
  }

  #add(path: string): void {
    const parts = path.split('.');
    for (let at = 1; at <= parts.length; at++) this.#states.add(parts.slice(0, at).join('.'));
  }

  #stateOf(path: string, states: readonly string[]): ChartState {
    const depth = path === '' ? 0 : path.split('.').length;
    const within = states.filter(
      (inner) => inner !== '' && isWithin(inner, path) && inner.split('.').length === depth + 1,
    );
    const isParallel = this.#parallel.has(path) && within.length > 1;
    const initial = isWithin(this.#first ?? '', path)
      ? within.find((inner) => isWithin(this.#first ?? '', inner))
      : undefined;
    const lastPart = path.split('.').at(-1) ?? '';
    return {
      path,
      key: path === '' ? this.#id : lastPart,
      type: isParallel ? 'parallel' : within.length > 0 ? 'compound' : 'atomic',
      ...(initial === undefined || isParallel ? {} : { initial: initial.split('.').at(-1) ?? '' }),
      tags: [],
      entry: [],
      exit: [],
      invoke: [],
      states: within.map((inner) => this.#stateOf(inner, states)),
    };
  }
}

const edgeOf = ({ name, source, type, targets }: Transition): ChartEdge => ({
  name,
  source,
  event: readableEvent(type),
  actions: [],
  targets,
  reenter: false,
});

/** Tells charts apart, no more: 16 digits of FNV-1a. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
