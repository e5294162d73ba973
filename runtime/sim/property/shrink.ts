import * as fc from 'fast-check';
import type { Fault, Scenario, Violation } from '../scenario.ts';
import type { SimulationResult } from '../simulate.ts';
import { ddmin } from './ddmin.ts';
import { isSameFailure } from './same-failure.ts';
import type { Trial } from './trial.ts';

export interface Shrunk {
  readonly scenario: Scenario;
  readonly result: SimulationResult;
  /** How many simulations it took. */
  readonly runs: number;
}

export interface ShrinkOptions {
  readonly run: Trial;
  /** Shrinks the workload, if it can shrink values that it did not draw. */
  readonly workload?: fc.Arbitrary<unknown>;
  /** How many simulations it may take. */
  readonly runsMax: number;
}

/**
 * Makes a failing scenario smaller, as long as its first violation is the same: another one is not
 * smaller, but different. The sites that fired become faults like others, so that each can be left
 * out; then faults are left out, many at once; then numbers and the workload get smaller. In that
 * order: whole faults cost few runs, numbers many. At the end faults are left out again: of another
 * seed, fewer may do. The horizon stays: with less time, what is right fails too.
 * @throws {TypeError} if nothing is violated in `result`.
 */
export async function shrink(
  scenario: Scenario,
  result: SimulationResult,
  options: ShrinkOptions,
): Promise<Shrunk> {
  const [violation] = result.violations;
  if (violation === undefined) throw new TypeError('shrink.result must have a violation, has none');
  const search = new Search({ scenario, result }, violation, options);
  await search.fails(concrete(scenario, result));
  await fewerFaults(search);
  await shrinkValues(search, options.workload);
  await fewerFaults(search);
  return { ...search.best, runs: search.runs };
}

const fewerFaults = (search: Search) =>
  ddmin(search.best.scenario.faults, (faults) => search.fails({ ...search.best.scenario, faults }));

/** The smallest failure so far. */
class Search {
  best: Omit<Shrunk, 'runs'>;
  runs = 0;
  readonly #violation: Violation;
  readonly #options: ShrinkOptions;
  readonly #tried = new Set<string>();

  constructor(found: Omit<Shrunk, 'runs'>, violation: Violation, options: ShrinkOptions) {
    this.best = found;
    this.#violation = violation;
    this.#tried.add(JSON.stringify(found.scenario));
    this.#options = options;
  }

  get isSpent(): boolean {
    return this.runs >= this.#options.runsMax;
  }

  /** Whether it still fails in the same way, and then is the best. */
  async fails(scenario: Scenario): Promise<boolean> {
    const key = JSON.stringify(scenario);
    if (this.isSpent || this.#tried.has(key)) return false;
    this.#tried.add(key);
    this.runs += 1;
    const result = await this.#try(scenario);
    if (result === undefined || !isSameFailure(this.#violation, result.violations[0])) return false;
    this.best = { scenario, result };
    return true;
  }

  /** Undefined if no play can be made of the scenario: it is smaller than the play can read. */
  async #try(scenario: Scenario): Promise<SimulationResult | undefined> {
    try {
      return await this.#options.run(scenario);
    } catch {
      return undefined;
    }
  }
}

/** The same scenario, with what fired by chance among its faults. */
function concrete(scenario: Scenario, { trace }: SimulationResult): Scenario {
  const known = new Set(scenario.faults.map((fault) => JSON.stringify(fault)));
  const fired = trace.flatMap((line) =>
    line.kind === 'fault' && line.fault.kind === 'site' ? [line.fault] : [],
  );
  const added = fired.filter((fault) => !known.has(JSON.stringify(fault)));
  return { ...scenario, faults: [...scenario.faults, ...added], sites: 'listed' };
}

/** Goes down fast-check's tree of smaller values, as it does, but within a budget. */
async function shrinkValues(search: Search, workload?: fc.Arbitrary<unknown>): Promise<void> {
  const { scenario } = search.best;
  const smaller = smallerThan(scenario, workload);
  let at: fc.Value<Scenario> | undefined = new fc.Value(scenario, undefined);
  while (at !== undefined && !search.isSpent) {
    const from: fc.Value<Scenario> = at;
    at = undefined;
    for (const next of smaller.shrink(from.value, from.context)) {
      if (search.isSpent) return;
      if (!(await search.fails(ordered(next.value)))) continue;
      at = next;
      break;
    }
  }
}

/** Fields in the order in which they are read best. */
function ordered({ v, seed, horizonMs, faults, ...rest }: Scenario): Scenario {
  return { v, seed, horizonMs, faults, ...rest };
}

/** An arbitrary that shrinks each number of `scenario` towards 0, or 1 where 0 means nothing. */
function smallerThan(scenario: Scenario, workload?: fc.Arbitrary<unknown>): fc.Arbitrary<Scenario> {
  const { seed, faults, horizonMs, sites } = scenario;
  const hasWorkload = 'workload' in scenario;
  const canShrink = hasWorkload && workload?.canShrinkWithoutContext(scenario.workload) === true;
  return fc.record<Scenario>(
    {
      v: fc.constant(1 as const),
      ...(hasWorkload && {
        workload: canShrink && workload ? workload : fc.constant(scenario.workload),
      }),
      faults: fc.tuple(...faults.map(smallerFault)),
      ...(sites !== undefined && { sites: fc.constant(sites) }),
      horizonMs: fc.constant(horizonMs),
      seed: numberUpTo(seed, 0),
    },
    { noNullPrototype: true },
  );
}

function smallerFault(fault: Fault): fc.Arbitrary<Fault> {
  const fields = Object.entries(fault).map(([name, value]) => {
    const least = name === 'nth' || name === 'forMs' ? 1 : 0;
    return [name, typeof value === 'number' ? numberUpTo(value, least) : fc.constant(value)];
  });
  const smaller = fc.record(Object.fromEntries(fields), { noNullPrototype: true });
  return smaller as fc.Arbitrary<Fault>;
}

function numberUpTo(value: number, least: number): fc.Arbitrary<number> {
  if (!Number.isSafeInteger(value)) return fc.constant(value);
  return fc.integer({ min: Math.min(value, least), max: Math.max(value, least) });
}
