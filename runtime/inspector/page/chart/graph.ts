import type { Chart, ChartEdge, ChartState } from '../../../chart.ts';

/** What is drawn of a chart: boxes within boxes, and lines between them. */
export interface Graph {
  /** The same for the same picture: of the chart, and of what is closed. */
  readonly key: string;
  readonly root: StateBox;
  readonly lines: readonly GraphLine[];
}

export interface StateBox {
  readonly is: 'state';
  /** The path of the state. */
  readonly id: string;
  readonly state: ChartState;
  readonly title: string;
  readonly rows: readonly StateRow[];
  /** It has states within that are not drawn. */
  readonly isClosed: boolean;
  /** Its size, or the size of its head if there is something within. */
  readonly width: number;
  readonly height: number;
  readonly within: readonly Box[];
}

export interface StateRow {
  readonly text: string;
  readonly means: 'tags' | 'entry' | 'exit' | 'invoke' | 'edge';
  /** Of the chart, for one that leads nowhere else. */
  readonly edge?: number;
}

/** A transition: a box of its own, so that its words have room. */
export interface EdgeBox {
  readonly is: 'edge';
  readonly id: string;
  /** Of the chart. */
  readonly edge: number;
  readonly rows: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** Where a compound state begins. */
export interface DotBox {
  readonly is: 'dot';
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export type Box = StateBox | EdgeBox | DotBox;

export interface GraphLine {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Of the chart; none leads from a dot. */
  readonly edge?: number;
  /** It has an arrow at its end. */
  readonly points: boolean;
}

export const ROW_HEIGHT = 17;
export const TITLE_HEIGHT = 30;
const TITLE_CHARACTER = 8.3;
const ROW_CHARACTER = 6.9;
const ASIDE = 12;
/** How often a transition was taken, behind its words. */
const TIMES_CHARACTERS = 6;
const TEXT_MAX = 42;
const STATES_OPEN_MAX = 80;

/** What is closed at first, so that a large chart can be looked at. */
export function closedAtFirst(chart: Chart): ReadonlySet<string> {
  if (chart.states.length <= STATES_OPEN_MAX) return new Set();
  const closed = new Set<string>();
  const visit = ({ path, states }: ChartState): void => {
    if (path !== '' && states.length > 0) closed.add(path);
    else states.forEach(visit);
  };
  visit(chart.root);
  return closed;
}

export function graphOf(chart: Chart, closed: ReadonlySet<string>): Graph {
  const seen = seenAs(chart, closed);
  const inner = new Map<string, EdgeBox[]>();
  const own = new Map<string, StateRow[]>();
  const lines: GraphLine[] = [];
  for (const [index, edge] of chart.edges.entries()) {
    const source = seen.get(edge.source);
    const targets = [...new Set(edge.targets.flatMap((path) => seen.get(path) ?? []))];
    if (source === undefined) continue;
    const isInside = source !== edge.source && targets.every((target) => target === source);
    if (isInside) continue;
    if (targets.length === 0) {
      const rows = own.get(source) ?? [];
      rows.push({ text: clipped(wordsOf(edge).join(' ')), means: 'edge', edge: index });
      own.set(source, rows);
      continue;
    }
    const box = edgeBox(edge, index);
    const holder = holderOf([source, ...targets]);
    inner.set(holder, [...(inner.get(holder) ?? []), box]);
    lines.push({ id: `${box.id} from`, from: source, to: box.id, edge: index, points: false });
    for (const to of targets) {
      lines.push({ id: `${box.id} to ${to}`, from: box.id, to, edge: index, points: true });
    }
  }
  const draw = (state: ChartState): StateBox => {
    const isClosed = state.states.length > 0 && closed.has(state.path);
    const states = isClosed ? [] : state.states.map(draw);
    const dot = isClosed ? [] : beginOf(state, lines);
    const within = [...dot, ...states, ...(isClosed ? [] : (inner.get(state.path) ?? []))];
    return stateBox(state, own.get(state.path) ?? [], within, isClosed);
  };
  return { key: `${chart.hash} ${[...closed].sort().join(' ')}`, root: draw(chart.root), lines };
}

/** Each state as the state that is drawn for it: itself, or the closed one it is within. */
function seenAs(chart: Chart, closed: ReadonlySet<string>): ReadonlyMap<string, string> {
  const seen = new Map<string, string>();
  const visit = ({ path, states }: ChartState, as: string | undefined): void => {
    const own = as ?? path;
    seen.set(path, own);
    for (const state of states) visit(state, closed.has(own) ? own : undefined);
  };
  visit(chart.root, undefined);
  return seen;
}

/** The innermost state that all are within, none of them itself; of the root, the root. */
function holderOf(paths: readonly string[]): string {
  const above = paths.map((path) => path.split('.').slice(0, -1));
  const first = above[0] ?? [];
  let depth = 0;
  while (depth < first.length && above.every((parts) => parts[depth] === first[depth])) depth++;
  return first.slice(0, depth).join('.');
}

function beginOf({ path, initial, states, type }: ChartState, lines: GraphLine[]): DotBox[] {
  const begin = states.find(({ key }) => key === initial);
  if (type !== 'compound' || begin === undefined) return [];
  const id = `${path} begins`;
  lines.push({ id: `${id} in`, from: id, to: begin.path, points: true });
  return [{ is: 'dot', id, width: 10, height: 10 }];
}

function stateBox(
  state: ChartState,
  own: readonly StateRow[],
  within: readonly Box[],
  isClosed: boolean,
): StateBox {
  const said = (means: 'entry' | 'exit' | 'invoke', texts: readonly string[]): StateRow[] =>
    texts.map((text) => ({ means, text: clipped(`${means} / ${text}`) }));
  const tags = state.tags.map((tag) => `#${tag}`).join(' ');
  const rows: StateRow[] = [
    ...(tags === '' ? [] : [{ means: 'tags' as const, text: clipped(tags) }]),
    ...said('entry', state.entry),
    ...said('exit', state.exit),
    ...said('invoke', state.invoke),
    ...own,
  ];
  const title = clipped(isClosed ? `${state.key} (${countOf(state)})` : state.key);
  const button = state.states.length > 0 && state.path !== '' ? 26 : 0;
  const widest = Math.max(
    title.length * TITLE_CHARACTER + button,
    ...rows.map(({ text, edge }) => {
      const times = edge === undefined ? 0 : TIMES_CHARACTERS;
      return (text.length + times) * ROW_CHARACTER;
    }),
  );
  const height = TITLE_HEIGHT + (rows.length === 0 ? 0 : rows.length * ROW_HEIGHT + 8);
  const width = Math.max(76, Math.ceil(widest) + 2 * ASIDE);
  return { is: 'state', id: state.path, state, title, rows, isClosed, width, height, within };
}

const countOf = ({ states }: ChartState): number =>
  states.reduce((sum, state) => sum + 1 + countOf(state), 0);

function edgeBox(edge: ChartEdge, index: number): EdgeBox {
  const rows = wordsOf(edge).map(clipped);
  const width = Math.max(...rows.map((row) => row.length * ROW_CHARACTER)) + 18;
  const height = rows.length * ROW_HEIGHT + 8;
  return { is: 'edge', id: `edge ${index}`, edge: index, rows, width: Math.ceil(width), height };
}

/** The event, the guard and the actions, as UML has them. */
function wordsOf({ event, guard, actions }: ChartEdge): readonly string[] {
  const words = [event];
  if (guard !== undefined) words.push(`[${guard}]`);
  if (actions.length > 0) words.push(`/ ${actions.join(', ')}`);
  return words;
}

const clipped = (text: string): string =>
  text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
