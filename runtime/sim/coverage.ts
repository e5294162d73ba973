import type { AnyStateMachine } from 'xstate';
import { edgeOf, type Move } from '../kernel/xstate.ts';
import { isPassing, nameOf, statesUnder } from './state-space.ts';

/** What a run reached. */
export interface Coverage {
  /** How often each buggify site fired; 0 for one that was only passed. */
  readonly sites: Readonly<Record<string, number>>;
  /** How often each `sometimes` was so; 0 for one that never was. */
  readonly sometimes: Readonly<Record<string, number>>;
  /** By the id of a machine: paths of its states, sorted. */
  readonly states: Readonly<Record<string, readonly string[]>>;
  /** By the id of a machine: `closed trip -> open`, sorted. */
  readonly edges: Readonly<Record<string, readonly string[]>>;
  /** By the id of a machine of which something was reached: what it has besides, sorted. */
  readonly missed: Readonly<Record<string, Reach>>;
}

interface Reach {
  readonly states: readonly string[];
  readonly edges: readonly string[];
}

/** Notes which states and edges of which machines were reached, and what else a run names. */
export class CoverageNotes {
  readonly #sometimes: Record<string, number> = {};
  readonly #machines = new Map<string, AnyStateMachine>();
  readonly #states = new Map<string, Set<string>>();
  readonly #edges = new Map<string, Set<string>>();

  sometimes(name: string, isSeen: boolean): void {
    this.#sometimes[name] = (this.#sometimes[name] ?? 0) + (isSeen ? 1 : 0);
  }

  move({ machine, states, edges }: Move): void {
    this.#machines.set(machine.id, machine);
    add(this.#states, machine.id, states);
    add(this.#edges, machine.id, edges);
  }

  read(sites: Readonly<Record<string, number>>): Coverage {
    return {
      sites: { ...sites },
      sometimes: { ...this.#sometimes },
      states: sorted(this.#states),
      edges: sorted(this.#edges),
      missed: Object.fromEntries(
        sortedByKey([...this.#machines].map(([id, machine]) => [id, this.#missed(machine)])),
      ),
    };
  }

  #missed(machine: AnyStateMachine): Reach {
    const { states, edges } = wholeOf(machine);
    const [were, taken] = [this.#states.get(machine.id), this.#edges.get(machine.id)];
    return {
      states: states.filter((name) => !were?.has(name)),
      edges: edges.filter((name) => !taken?.has(name)),
    };
  }
}

function add(to: Map<string, Set<string>>, machine: string, names: readonly string[]): void {
  const known = to.get(machine) ?? new Set();
  to.set(machine, known);
  for (const name of names) known.add(name);
}

function sorted(sets: ReadonlyMap<string, ReadonlySet<string>>): Record<string, string[]> {
  const all = [...sets].map(([machine, names]) => [machine, [...names].sort()] as const);
  return Object.fromEntries(sortedByKey(all));
}

const sortedByKey = <Value>(entries: readonly (readonly [string, Value])[]) =>
  entries.toSorted(([a], [b]) => (a < b ? -1 : 1));

const wholes = new WeakMap<AnyStateMachine, Reach>();

/** All states that last, and all transitions, sorted. */
function wholeOf(machine: AnyStateMachine): Reach {
  const known = wholes.get(machine);
  if (known !== undefined) return known;
  const below = statesUnder(machine.root);
  const transitions = [machine.root, ...below].flatMap(({ transitions: of, always = [] }) => [
    ...[...of.values()].flat(),
    ...always,
  ]);
  const whole = {
    states: below
      .filter((state) => !isPassing(state))
      .map(nameOf)
      .sort(),
    edges: [...new Set(transitions.map(edgeOf))].sort(),
  };
  wholes.set(machine, whole);
  return whole;
}

/** What two runs reached together. */
export function addCoverage(one: Coverage, other: Coverage): Coverage {
  const machines = sortedByKey(Object.entries({ ...one.missed, ...other.missed }));
  return {
    sites: added(one.sites, other.sites),
    sometimes: added(one.sometimes, other.sometimes),
    states: united(one.states, other.states),
    edges: united(one.edges, other.edges),
    missed: Object.fromEntries(
      machines.map(([id, reach]) => {
        const [a, b] = [one.missed[id] ?? reach, other.missed[id] ?? reach];
        return [id, { states: both(a.states, b.states), edges: both(a.edges, b.edges) }];
      }),
    ),
  };
}

type Counts = Readonly<Record<string, number>>;
type Names = Readonly<Record<string, readonly string[]>>;

function added(one: Counts, other: Counts): Counts {
  const names = Object.keys({ ...one, ...other });
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

function united(one: Names, other: Names): Names {
  const ids = Object.keys({ ...one, ...other });
  return sorted(
    new Map(ids.map((id) => [id, new Set([...(one[id] ?? []), ...(other[id] ?? [])])])),
  );
}

const both = (one: readonly string[], other: readonly string[]): string[] =>
  one.filter((name) => other.includes(name));
