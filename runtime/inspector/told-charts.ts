import type { AnyStateMachine } from 'xstate';
import type { Chart } from '../chart.ts';
import { type Drawing, tryDrawing } from '../chart-of.ts';
import { statePaths } from '../state-paths.ts';

/** A drawing, and where its chart stands among those that were told, or will be. */
export interface ToldChart extends Drawing {
  readonly at: number;
}

/** Past them, actors are shown without their chart. */
const CHARTS_MAX = 1_000;
const STATES_MAX = 100_000;
/** Of machines that are each made anew there may be thousands: to draw one takes a while. */
const DRAWN_MAX = 200;

/** The charts that a stream has told, each once, however many machines are drawn alike. */
export class ToldCharts {
  readonly all: Chart[] = [];
  #fresh: Chart[] = [];
  #states = 0;
  #drawn = 0;
  readonly #byHash = new Map<string, number>();
  readonly #byMachine = new WeakMap<AnyStateMachine, ToldChart>();

  /** The same, unless so many were drawn since fresh ones were taken that it has to wait. */
  inTurn(machine: AnyStateMachine): ToldChart | undefined | 'later' {
    const isKnown = this.#byMachine.has(machine);
    return isKnown || this.#drawn < DRAWN_MAX ? this.of(machine) : 'later';
  }

  /** Undefined if there is no room, or for what only looks like a machine. */
  of(machine: AnyStateMachine): ToldChart | undefined {
    const known = this.#byMachine.get(machine);
    if (known !== undefined) return known;
    this.#drawn += 1;
    const drawing = tryDrawing(machine);
    const at = drawing === undefined ? undefined : this.#at(drawing.chart);
    if (drawing === undefined || at === undefined) return undefined;
    const told = { at, ...drawing };
    this.#byMachine.set(machine, told);
    return told;
  }

  #at(chart: Chart): number | undefined {
    const known = this.#byHash.get(chart.hash);
    if (known !== undefined) return known;
    const states = this.#states + chart.states.length + chart.edges.length;
    if (this.all.length >= CHARTS_MAX || states > STATES_MAX) return undefined;
    this.#states = states;
    this.all.push(chart);
    this.#fresh.push(chart);
    this.#byHash.set(chart.hash, this.all.length - 1);
    return this.all.length - 1;
  }

  /** Those that are new since it was asked last. */
  takeFresh(): readonly Chart[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    this.#drawn = 0;
    return fresh;
  }
}

/** Where the innermost states in a value stand in its chart. */
export const statesIn = ({ stateAt }: Drawing, value: unknown): number[] =>
  statePaths(value)
    .map((path) => stateAt.get(path))
    .filter((at) => at !== undefined);
