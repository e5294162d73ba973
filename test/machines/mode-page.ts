import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { type Combination, modesOf, promisesOf } from '../../machines/promises.ts';
import { statesUnder } from '../../runtime/sim/state-space.ts';
import { table } from '../docs/section.ts';
import { told } from './combinations.ts';
import { eventName, guardName } from './diagram.ts';

type ModeChart = keyof Combination;

/** From one mode to another. */
interface Way {
  readonly from: string;
  readonly to: string;
  readonly when: string;
}

export interface ModePage {
  readonly of: ModeChart;
  readonly machine: AnyStateMachine;
  readonly settings: object;
  /** The rows of the table of facts, each with its types first. */
  readonly facts: readonly (readonly string[])[];
}

/** The page of a chart of modes: how it falls, what then still works, and how it comes back. */
export function renderModePage({ of, machine, settings, facts }: ModePage): string {
  const modes: readonly string[] = modesOf[of];
  const ways = waysOf(machine).filter(({ from, to }) => modes.includes(from) && modes.includes(to));
  const rank = (mode: string): number => modes.indexOf(mode);
  const falls = ways.filter(({ from, to }) => rank(to) > rank(from));
  const returns = ways.filter(({ from, to }) => rank(to) < rank(from));
  return `${[
    `# The modes of ${of}`,
    '',
    `Made by \`npm run diagrams\` from [${of}.machine.ts](${of}.machine.ts), whose`,
    `[whole chart](${of}.machine.md) is beside it, and from [promises.ts](promises.ts).`,
    '',
    `\`rt.modes.${of}\` has the mode as \`snapshot()\` and \`changes$\`; \`/metrics\` has`,
    `\`holdfast_mode{of="${of}"}\` of each mode: 1 for the one that it is in, 0 for the others.`,
    '',
    '## The way down, and the way back',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...modes.map((mode) => `  state "${mode}" as ${mode}`),
    ...[...falls, ...returns].map(({ from, to, when }) => `  ${from} --> ${to} : ${when}`),
    '```',
    ...modes.flatMap((mode) => modeLines(of, mode, ways)),
    '',
    '## Dwell times and settings',
    '',
    `Delays that its states name: ${delaysOf(machine)}.`,
    'They follow from these, which are the defaults:',
    '',
    table(['setting', 'is'], rowsOf(settings)),
    '',
    '## Facts that tell of it',
    '',
    table(['type', 'tells', 'data'], facts),
  ].join('\n')}\n`;
}

function modeLines(of: ModeChart, mode: string, ways: readonly Way[]): readonly string[] {
  const moves = ways.filter(({ from, to }) => from === mode || to === mode);
  const rows = moves.map(({ from, to, when }) =>
    from === mode ? [`leaves for \`${to}\``, when] : [`enters from \`${from}\``, when],
  );
  return [
    ...['', `## \`${mode}\``, ''],
    table(
      ['it', 'when'],
      rows.sort(([one = ''], [other = '']) => one.localeCompare(other)),
    ),
    ...['', 'While the other charts are at their best, what still holds of what it decides:', ''],
    table(['promise', 'is'], promisesIn(of, mode)),
  ];
}

const best: Combination = {
  audit: 'readWrite',
  isolation: 'microvm',
  route: 'mesh',
  load: 'normal',
};

/** Only what differs between the modes of the chart. */
function promisesIn(of: ModeChart, mode: string): string[][] {
  const within = (each: string) => Object.entries(promisesOf({ ...best, [of]: each }));
  const all = modesOf[of].map(
    (each) => new Map(within(each).map(([name, is]) => [name, told(is)])),
  );
  return within(mode)
    .filter(([name]) => new Set(all.map((promises) => promises.get(name))).size > 1)
    .map(([name, is]) => [words(name), told(is)]);
}

/** Every arrow from a state within one mode to a state within another. */
function waysOf({ root }: AnyStateMachine): readonly Way[] {
  const tops = Object.keys(root.states);
  const ways = [root, ...statesUnder(root)].flatMap((state) => {
    const arrows = [...state.transitions, ['', state.always ?? []] as const];
    return arrows.flatMap(([type, transitions]) =>
      transitions.flatMap(({ target, guard, actions }): Way[] => {
        const to = target?.[0]?.path[0];
        const why = whenOf(type, guard, actions);
        const from = state.path[0] === undefined ? tops : [state.path[0]];
        return to === undefined ? [] : from.map((each) => ({ from: each, to, when: why }));
      }),
    );
  });
  const moved = ways.filter(({ from, to }) => from !== to);
  return [...new Map(moved.map((way) => [Object.values(way).join(), way])).values()];
}

/** An event, the end of a delay, or what holds by then; and the event that brought it about. */
function whenOf(type: string, guard: unknown, actions: readonly unknown[]): string {
  const because = actions.map((action) => Object(Object(action).params).because).find(Boolean);
  const condition = guard === undefined ? '' : words(guardName(guard));
  if (type === '') return because === undefined ? condition : `${condition}, by ${because}`;
  return condition === '' ? eventName(type) : `${eventName(type)}, and ${condition}`;
}

function delaysOf({ root }: AnyStateMachine): string {
  const types = statesUnder(root).flatMap(({ transitions }: AnyStateNode) => [
    ...transitions.keys(),
  ]);
  const delays = types.map(eventName).filter((name) => name.startsWith('after '));
  return [...new Set(delays)].map((name) => `\`${name.slice(6)}\``).join(', ') || 'none';
}

/** `a.b` of nested settings. */
const rowsOf = (settings: object, before = ''): string[][] =>
  Object.entries(settings).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? rowsOf(value, `${before}${name}.`)
      : [[`\`${before}${name}\``, Number(value).toLocaleString('en')]],
  );

const words = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
