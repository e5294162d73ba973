import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { statePaths } from '../state-paths.ts';

type Taken = readonly AnyTransitionDefinition[];

const STEPS_MAX = 8;
const TRIED_MAX = 500;
const DONE = 'xstate.done.state.';
const RAISES = ['xstate.raise', 'xstate.enqueueActions'];

/**
 * The transitions by which an event led from one value of a machine's state to another: those of
 * the only way there is, whatever guards say. None if there are several, or may be.
 */
export function firedBetween(
  machine: AnyStateMachine,
  by: string,
  before: unknown,
  value: unknown,
): Taken {
  if (raises(machine)) return [];
  const from = nodesOf(machine, before);
  const to = nodesOf(machine, value);
  return from === undefined || to === undefined ? [] : new Ways(to).only(from, by);
}

function nodesOf({ root }: AnyStateMachine, value: unknown): readonly AnyStateNode[] | undefined {
  const found = statePaths(value).map((path) =>
    (path === '' ? [] : path.split('.')).reduce<AnyStateNode | undefined>(
      (node, key) => node?.states[key],
      root,
    ),
  );
  const nodes = found.filter((node) => node !== undefined);
  return nodes.length === found.length ? nodes : undefined;
}

class Ways {
  readonly #to: ReadonlySet<AnyStateNode>;
  readonly #found: Taken[] = [];
  #tried = 0;
  #isUnclear = false;

  constructor(to: readonly AnyStateNode[]) {
    this.#to = new Set(to);
  }

  only(from: readonly AnyStateNode[], by: string): Taken {
    for (const taken of choices(from, (node) => candidatesOf(node, by))) {
      if (taken.length > 0) this.#go(from, taken, taken);
    }
    const [way = [], ...others] = this.#found;
    return this.#isUnclear || others.length > 0 ? [] : way;
  }

  #go(from: readonly AnyStateNode[], step: Taken, way: Taken): void {
    this.#tried += 1;
    const now = after(from, step);
    if (now === undefined || this.#tried > TRIED_MAX || way.length > STEPS_MAX) {
      this.#isUnclear = true;
      return;
    }
    for (const taken of choices(now, (node) => node.always ?? [])) {
      if (taken.length > 0) this.#go(now, taken, [...way, ...taken]);
      else if (isSame(now, this.#to)) this.#found.push(way);
    }
  }
}

const isSame = (nodes: readonly AnyStateNode[], others: ReadonlySet<AnyStateNode>): boolean =>
  nodes.length === others.size && nodes.every((node) => others.has(node));

/** What may be taken at once: in each region the innermost, the first whose guard lets it. */
function choices(
  leaves: readonly AnyStateNode[],
  candidates: (node: AnyStateNode) => Taken,
): readonly Taken[] {
  const active = new Set(leaves.flatMap((leaf) => [leaf, ...ancestorsOf(leaf)]));
  const of = (node: AnyStateNode): readonly Taken[] => {
    const within = Object.values(node.states).filter((inner) => active.has(inner));
    const inner = within.map(of).reduce<readonly Taken[]>(combined, [[]]);
    const some = inner.filter(({ length }) => length > 0);
    return some.length === inner.length ? some : [...some, ...alternatives(candidates(node))];
  };
  const [root] = leaves.map((leaf) => leaf.machine.root);
  return root === undefined ? [] : of(root);
}

const combined = (some: readonly Taken[], others: readonly Taken[]): readonly Taken[] =>
  some.flatMap((one) => others.map((other) => [...one, ...other])).slice(0, TRIED_MAX + 1);

/** One of them; none, if each has a guard. */
function alternatives(candidates: Taken): readonly Taken[] {
  const sure = candidates.findIndex(({ guard }) => guard === undefined);
  if (sure < 0) return [...candidates.map((each) => [each]), []];
  return candidates.slice(0, sure + 1).map((each) => [each]);
}

/** Those that name the event come first, then what stands for many, the longest first. */
function candidatesOf({ transitions }: AnyStateNode, by: string): Taken {
  const wild = [...transitions.keys()]
    .filter((each) => each !== by && isMeant(each, by))
    .sort((one, other) => other.length - one.length);
  return [by, ...wild].flatMap((each) => transitions.get(each) ?? []);
}

const isMeant = (descriptor: string, type: string): boolean =>
  descriptor === '*' ||
  (descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1)));

/** Undefined if that cannot be told: regions that leave each other, a history, an end within. */
function after(from: readonly AnyStateNode[], step: Taken): readonly AnyStateNode[] | undefined {
  const moves = step.flatMap(({ source, target = [], reenter }) =>
    target.length === 0 ? [] : [{ target, domain: domainOf(source, target, reenter) }],
  );
  const domains = moves.map(({ domain }) => domain);
  const isApart = domains.every((one, at) =>
    domains.every((other, nth) => at === nth || !(one === other || isWithin(one, other))),
  );
  const entered = moves.flatMap(({ target, domain }) => leavesIn(domain, target));
  const isTold = entered.every(({ type }) => type !== 'history');
  if (!isApart || !isTold || entered.some(endsSomething)) return undefined;
  const stayed = from.filter((leaf) =>
    domains.every((domain) => leaf !== domain && !isWithin(leaf, domain)),
  );
  return [...stayed, ...entered];
}

/** What is left and entered anew lies within it. */
function domainOf(source: AnyStateNode, target: readonly AnyStateNode[], reenter: boolean) {
  const isInner = target.every((node) => node === source || isWithin(node, source));
  if (isInner && !reenter) return source;
  const common = ancestorsOf(source).find((outer) => target.every((node) => isWithin(node, outer)));
  return common ?? source.machine.root;
}

function leavesIn(node: AnyStateNode, target: readonly AnyStateNode[]): readonly AnyStateNode[] {
  const inner = target.filter((each) => isWithin(each, node));
  const within = Object.values(node.states);
  if (node.type === 'parallel') {
    return within
      .filter(({ type }) => type !== 'history')
      .flatMap((region) => leavesIn(region, inner));
  }
  if (node.type !== 'compound') return [node];
  const next = inner.length > 0 ? inner : (node.initial.target ?? []);
  const entered = within.find((each) => next.some((one) => one === each || isWithin(one, each)));
  return entered === undefined ? [node] : leavesIn(entered, next);
}

/** Its end may be an event to those around it. */
const endsSomething = (leaf: AnyStateNode): boolean =>
  leaf.type === 'final' &&
  ancestorsOf(leaf).some(({ transitions }) =>
    [...transitions.keys()].some((each) => each.startsWith(DONE) || each === '*'),
  );

function ancestorsOf({ parent }: AnyStateNode): readonly AnyStateNode[] {
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent)];
}

const isWithin = (node: AnyStateNode, outer: AnyStateNode): boolean =>
  ancestorsOf(node).includes(outer);

const raising = new WeakMap<AnyStateMachine, boolean>();

/** It may send itself events, which are handled at once. */
function raises(machine: AnyStateMachine): boolean {
  const known = raising.get(machine);
  if (known !== undefined) return known;
  const named: readonly unknown[] = Object.values(machine.implementations.actions);
  const found = [...named, ...actionsIn(machine.root)].some(isRaise);
  raising.set(machine, found);
  return found;
}

const actionsIn = (node: AnyStateNode): unknown[] => [
  ...node.entry,
  ...node.exit,
  ...[...node.transitions.values(), node.always ?? []].flat().flatMap(({ actions }) => actions),
  ...(node.type === 'compound' ? node.initial.actions : []),
  ...Object.values(node.states).flatMap(actionsIn),
];

/** What is raised later is an event of its own. */
function isRaise(action: unknown): boolean {
  const { type, delay } = Object(action);
  return RAISES.includes(type) && delay === undefined;
}
