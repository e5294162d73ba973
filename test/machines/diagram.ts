import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { nameOf, statesUnder } from '../../runtime/sim/state-space.ts';

/** One arrow of a chart. */
interface Arrow {
  readonly type: string;
  /** For a reader, with its condition. */
  readonly event: string;
  /** Undefined when the chart stays where it is. */
  readonly target: readonly AnyStateNode[] | undefined;
}

interface Transition {
  readonly target?: readonly AnyStateNode[] | undefined;
  readonly guard?: unknown;
}

/** The page of a chart: a mermaid diagram, and a table of every transition. */
export function renderChart(machine: AnyStateMachine, noun: string): string {
  const { root } = machine;
  const states = [root, ...statesUnder(root)];
  const diagram = ['stateDiagram-v2', ...regionLines(root, 1), ...states.flatMap(arrowLines)];
  return `${[
    `# ${noun}`,
    '',
    `Drawn from \`${noun}.machine.ts\` by \`npm run diagrams\`. Tags are public, states are not.`,
    '',
    '```mermaid',
    ...diagram,
    '```',
    '',
    '| state | event | target | tags |',
    '|---|---|---|---|',
    ...states.flatMap(tableLines),
  ].join('\n')}\n`;
}

/** The states inside `parent`, nested as they are. */
function regionLines(parent: AnyStateNode, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const children: readonly AnyStateNode[] = Object.values(parent.states);
  const initial: readonly AnyStateNode[] =
    parent.type === 'compound' ? (parent.initial.target ?? []) : [];
  const inner = children.flatMap((child, index) => {
    const divider = parent.type === 'parallel' && index > 0 ? [`${indent}--`] : [];
    const below = regionLines(child, depth + 1);
    const named = `${indent}state "${child.key}" as ${markOf(child)}`;
    return [...divider, ...(below.length > 0 ? [`${named} {`, ...below, `${indent}}`] : [named])];
  });
  const final = children.filter(({ type }) => type === 'final');
  return [
    ...initial.map((state) => `${indent}[*] --> ${markOf(state)}`),
    ...inner,
    ...final.map((state) => `${indent}${markOf(state)} --> [*]`),
  ];
}

/** An arrow of the whole chart leaves every state at its top that does not handle the event. */
function arrowLines(from: AnyStateNode): string[] {
  return arrowsOf(from).flatMap(({ type, event, target }) => {
    const isTop = from.parent === undefined;
    const sources = isTop ? topStates(from).filter((top) => !top.transitions.has(type)) : [from];
    return sources.flatMap((source) =>
      (target ?? [source]).map((to) => `  ${markOf(source)} --> ${markOf(to)} : ${event}`),
    );
  });
}

function tableLines(state: AnyStateNode): string[] {
  const name = state.parent === undefined ? '(any)' : nameOf(state);
  const tags = tagsOf(state)
    .map((tag) => `\`${tag}\``)
    .join(', ');
  const rows = arrowsOf(state).map(({ event, target }) => [
    name,
    event.replaceAll('|', '\\|'),
    target === undefined ? '(stays)' : target.map(nameOf).join(', '),
    tags,
  ]);
  const none = [name, '', state.type === 'final' ? '(final)' : '', tags];
  const all = rows.length > 0 || state.parent === undefined ? rows : [none];
  return all.map((cells) => `| ${cells.join(' | ')} |`);
}

function arrowsOf(from: AnyStateNode): Arrow[] {
  const groups: readonly (readonly [string, readonly Transition[]])[] = [
    ...from.transitions,
    ['', from.always ?? []],
  ];
  return groups.flatMap(([type, transitions]) =>
    transitions.map(({ target, guard }) => {
      const condition = guard === undefined ? '' : ` [${guardName(guard)}]`;
      return { type, event: `${eventName(type)}${condition}`, target };
    }),
  );
}

export function eventName(type: string): string {
  const delay = /^xstate\.after\.([^.]+)\./.exec(type)?.[1];
  if (delay !== undefined) return /^\d+$/.test(delay) ? `after ${delay} ms` : `after ${delay}`;
  const end = /^xstate\.(done|error)\.(actor|state)\.(.+)$/.exec(type);
  if (end?.[2] === 'state') return 'when done';
  if (end) return `${end[3]} ${end[1] === 'done' ? 'is done' : 'failed'}`;
  return type === '' ? 'always' : type.replace(/^\*$/, 'anything else');
}

/** Guards are named, or made of named ones by `and`, `or` and `not`. */
export function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard !== 'function') return (guard as { type: string }).type;
  const { guards, name } = guard as { guards?: readonly unknown[]; name: string };
  if (guards === undefined) return name;
  const names = guards.map(guardName);
  return name === 'not' ? `not ${names.join()}` : names.join(` ${name} `);
}

/** Whoever is in a state is in those around it, and has their tags. */
const tagsOf = (state: AnyStateNode): string[] => [
  ...(state.parent ? tagsOf(state.parent) : []),
  ...state.tags,
];

const topStates = (root: AnyStateNode): AnyStateNode[] =>
  Object.values(root.states).filter(({ type }) => type !== 'final' && type !== 'history');

const markOf = ({ path }: AnyStateNode): string => path.join('_');
