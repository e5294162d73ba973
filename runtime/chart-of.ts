import { createHash } from 'node:crypto';
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { Chart, ChartEdge, ChartState } from './chart.ts';
import { edgeOf } from './kernel/xstate.ts';
import { maskName } from './masking.ts';

/** A chart, and where in it stands what the machine names. */
export interface Drawing {
  readonly chart: Chart;
  /** Into `chart.states`, by the path as the machine has it. */
  readonly stateAt: ReadonlyMap<string, number>;
  /** Into `chart.edges`. */
  readonly edgeAt: ReadonlyMap<AnyTransitionDefinition, number>;
}

const STATES_MAX = 2_000;
const EDGES_MAX = 5_000;
/** Of one state or transition. */
const NAMES_MAX = 64;
const NAME_CHARACTERS_MAX = 200;
const HASH_DIGITS = 16;
const INLINE = '(inline)';
/** A function has the name of the property that it is the value of. */
const UNNAMED = new Set(['', 'guard', 'actions', 'entry', 'exit', 'src', 'anonymous']);

const drawings = new WeakMap<AnyStateMachine, Drawing>();

/** Statechart of a machine, without its code, its context and whatever was written beside it. */
export const chartOf = (machine: AnyStateMachine): Chart => drawingOf(machine).chart;

/** Undefined for what only looks like a machine. */
export function tryDrawing(machine: AnyStateMachine): Drawing | undefined {
  try {
    return drawingOf(machine);
  } catch {
    return undefined;
  }
}

function drawingOf(machine: AnyStateMachine): Drawing {
  const known = drawings.get(machine);
  if (known !== undefined) return known;
  const drawing = draw(machine);
  drawings.set(machine, drawing);
  return drawing;
}

function draw(machine: AnyStateMachine): Drawing {
  const all = [...nodesUnder(machine.root)];
  const kept = new Set(all.slice(0, STATES_MAX));
  const taken = [...kept].flatMap(transitionsOf);
  const isDrawn = ({ target = [] }: AnyTransitionDefinition) =>
    target.every((node) => kept.has(node));
  const drawn = taken.filter(isDrawn).slice(0, EDGES_MAX);
  const states = [...kept].map(({ path }) => nameOf(path.join('.')));
  const left = all.length - kept.size;
  const rest: Omit<Chart, 'hash'> = {
    id: nameOf(machine.id),
    states,
    root: stateOf(machine.root, kept),
    edges: drawn.map(chartEdgeOf),
    more: left + taken.length - drawn.length,
  };
  const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
  return {
    chart: { hash: hash.slice(0, HASH_DIGITS), ...rest },
    stateAt: new Map([...kept].map(({ path }, index) => [path.join('.'), index])),
    edgeAt: new Map(drawn.map((transition, index) => [transition, index])),
  };
}

/** In the order of the definition, each before those within. */
function* nodesUnder(root: AnyStateNode): Iterable<AnyStateNode> {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    waiting.push(...within(node).toReversed());
  }
}

const within = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states);

const transitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
];

function stateOf(node: AnyStateNode, kept: ReadonlySet<AnyStateNode>): ChartState {
  const { path, key, type, tags, config } = node;
  const begins = type === 'compound' ? node.initial.target?.[0]?.key : undefined;
  return {
    path: nameOf(path.join('.')),
    key: nameOf(path.length === 0 ? node.machine.id : key),
    type,
    ...(begins === undefined ? {} : { initial: nameOf(begins) }),
    tags: tags.slice(0, NAMES_MAX).map(nameOf),
    entry: namesOf(config.entry),
    exit: namesOf(config.exit),
    invoke: namesOf(node.invoke.map(({ src }) => src)),
    states: within(node)
      .filter((below) => kept.has(below))
      .map((below) => stateOf(below, kept)),
  };
}

function chartEdgeOf(transition: AnyTransitionDefinition): ChartEdge {
  const { source, guard, actions, target = [], reenter } = transition;
  return {
    name: nameOf(edgeOf(transition)),
    source: nameOf(source.path.join('.')),
    event: eventOf(transition),
    ...(guard === undefined ? {} : { guard: calledOf(guard) }),
    actions: namesOf(actions),
    targets: target.map(({ path }) => nameOf(path.join('.'))),
    reenter,
  };
}

const AFTER = 'xstate.after.';
const ENDINGS = [
  ['xstate.done.actor.', 'done'],
  ['xstate.error.actor.', 'error'],
  ['xstate.snapshot.', 'snapshot'],
] as const;

function eventOf({ eventType, source }: AnyTransitionDefinition): string {
  if (eventType === '') return 'always';
  if (eventType.startsWith(AFTER)) return afterOf(eventType, source);
  if (eventType.startsWith('xstate.done.state.')) return 'done';
  const ending = ENDINGS.find(([prefix]) => eventType.startsWith(prefix));
  if (ending === undefined) return nameOf(eventType);
  const [prefix, word] = ending;
  return nameOf(`${word} ${eventType.slice(prefix.length)}`);
}

function afterOf(eventType: string, source: AnyStateNode): string {
  const delay = source.after.find((each) => each.eventType === eventType)?.delay;
  if (typeof delay === 'number') return `after ${delay} ms`;
  return typeof delay === 'string' ? nameOf(`after ${delay}`) : 'after';
}

function namesOf(named: unknown): string[] {
  const all = named === undefined ? [] : Array.isArray(named) ? named : [named];
  return all.slice(0, NAMES_MAX).map(calledOf);
}

/** What the code of a machine is called, wherever it stands. */
function calledOf(code: unknown): string {
  if (typeof code === 'string') return code.startsWith('xstate.invoke.') ? INLINE : nameOf(code);
  const type: unknown = Object(code).type;
  if (typeof type === 'string') return nameOf(type.replace(/^xstate\./, ''));
  const name: unknown = typeof code === 'function' ? code.name : '';
  return typeof name !== 'string' || UNNAMED.has(name) ? INLINE : nameOf(name);
}

/** A cut text is written anew: a part of a string keeps all of it in memory. */
export function nameOf(text: string): string {
  if (text.length <= NAME_CHARACTERS_MAX) return maskName(text);
  const cut = maskName(text.slice(0, 4 * NAME_CHARACTERS_MAX)).slice(0, NAME_CHARACTERS_MAX);
  return Buffer.from(`${cut}…`).toString();
}
