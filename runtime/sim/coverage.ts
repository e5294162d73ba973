import type { InspectionEvent } from 'xstate';
import { moveOf } from '../kernel/xstate.ts';

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
}

/** Notes which states and edges of which machines were reached, and what else a run names. */
export class CoverageNotes {
  readonly #sometimes: Record<string, number> = {};
  readonly #states = new Map<string, Set<string>>();
  readonly #edges = new Map<string, Set<string>>();

  sometimes(name: string, isSeen: boolean): void {
    this.#sometimes[name] = (this.#sometimes[name] ?? 0) + (isSeen ? 1 : 0);
  }

  inspect(event: InspectionEvent): void {
    const move = moveOf(event);
    if (move === undefined) return;
    add(this.#states, move.machine, move.states);
    add(this.#edges, move.machine, move.edges);
  }

  read(sites: Readonly<Record<string, number>>): Coverage {
    return {
      sites: { ...sites },
      sometimes: { ...this.#sometimes },
      states: sorted(this.#states),
      edges: sorted(this.#edges),
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
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}
