import type { Chart, ChartEdge, ChartState } from '../../../chart.ts';

/** A machine as `createMachine` takes it, and as the editor of Stately reads it. */
export interface MachineConfig extends StateConfig {
  readonly id: string;
}

interface StateConfig {
  readonly type?: 'parallel' | 'final' | 'history';
  readonly initial?: string;
  readonly tags?: readonly string[];
  readonly entry?: readonly Named[];
  readonly exit?: readonly Named[];
  readonly invoke?: readonly Invoked[];
  readonly on?: Transitions;
  readonly after?: Transitions;
  readonly always?: readonly Transition[];
  readonly onDone?: readonly Transition[];
  readonly states?: Readonly<Record<string, StateConfig>>;
}

interface Named {
  readonly type: string;
}

interface Invoked {
  readonly src: string;
  readonly id: string;
  readonly onDone?: readonly Transition[];
  readonly onError?: readonly Transition[];
}

type Transitions = Readonly<Record<string, readonly Transition[]>>;

interface Transition {
  readonly target?: readonly string[];
  readonly guard?: Named;
  readonly actions?: readonly Named[];
  readonly reenter?: true;
}

/** The machine that a chart was drawn from, without its code: names stand for it. */
export function machineOf(chart: Chart): MachineConfig {
  const edges = new Map<string, ChartEdge[]>();
  for (const edge of chart.edges) {
    edges.set(edge.source, [...(edges.get(edge.source) ?? []), edge]);
  }
  // Targets are told by id: a key may hold what paths are made with.
  const idOf = (path: string): string => (path === '' ? chart.id : `state ${path}`);
  const configOf = (state: ChartState): StateConfig & { readonly id: string } => ({
    id: idOf(state.path),
    ...headOf(state),
    ...transitionsOf(state, edges.get(state.path) ?? [], (path) => `#${idOf(path)}`),
    ...(state.states.length > 0 && {
      states: Object.fromEntries(state.states.map((inner) => [inner.key, configOf(inner)])),
    }),
  });
  return configOf(chart.root);
}

const named = (types: readonly string[]): readonly Named[] => types.map((type) => ({ type }));

function headOf({ type, initial, tags, entry, exit }: ChartState): StateConfig {
  const isPlain = type === 'atomic' || type === 'compound';
  return {
    ...(!isPlain && { type }),
    ...(initial !== undefined && { initial }),
    ...(tags.length > 0 && { tags }),
    ...(entry.length > 0 && { entry: named(entry) }),
    ...(exit.length > 0 && { exit: named(exit) }),
  };
}

function transitionsOf(
  { path, invoke }: ChartState,
  edges: readonly ChartEdge[],
  refer: (path: string) => string,
): StateConfig {
  const on: Record<string, Transition[]> = {};
  const after: Record<string, Transition[]> = {};
  const rest: Record<'always' | 'onDone', Transition[]> = { always: [], onDone: [] };
  const done: Record<string, Transition[]> = {};
  const failed: Record<string, Transition[]> = {};
  const put = (room: Record<string, Transition[]>, name: string, edge: ChartEdge): void => {
    room[name] = [...(room[name] ?? []), transitionOf(edge, refer)];
  };
  for (const edge of edges) {
    const [, verb = '', of = ''] = /^(after|done|error) (.*)$/s.exec(edge.event) ?? [];
    if (edge.event === 'always') put(rest, 'always', edge);
    else if (verb === 'after') put(after, of.replace(/ ms$/, ''), edge);
    else if (verb === 'done') invoke.includes(of) ? put(done, of, edge) : put(rest, 'onDone', edge);
    else if (verb === 'error') put(failed, of, edge);
    else put(on, edge.event, edge);
  }
  const invoked = invoke.map((src, index): Invoked => {
    const id = `${path} invokes ${index}`;
    return {
      src,
      id,
      ...(done[src] && { onDone: done[src] }),
      ...(failed[src] && { onError: failed[src] }),
    };
  });
  return {
    ...(invoked.length > 0 && { invoke: invoked }),
    ...(Object.keys(on).length > 0 && { on }),
    ...(Object.keys(after).length > 0 && { after }),
    ...(rest.always.length > 0 && { always: rest.always }),
    ...(rest.onDone.length > 0 && { onDone: rest.onDone }),
  };
}

function transitionOf(edge: ChartEdge, refer: (path: string) => string): Transition {
  const { targets, guard, actions, reenter } = edge;
  return {
    ...(targets.length > 0 && { target: targets.map(refer) }),
    ...(guard !== undefined && { guard: { type: guard } }),
    ...(actions.length > 0 && { actions: named(actions) }),
    ...(reenter && { reenter }),
  };
}
