import * as fc from 'fast-check';
import { readOptions } from '../../options/read.ts';
import { searchOptions } from '../../options/scenario.ts';
import { demandReplay } from '../determinism.ts';
import type { Scenario, Violation } from '../scenario.ts';
import type { SimulationResult } from '../simulate.ts';
import { type ScenarioOptions, scenarios } from './scenarios.ts';
import { shrink } from './shrink.ts';
import { attempt, type Playbook, type Trial, trialOf } from './trial.ts';

export interface SearchOptions<Workload = unknown> extends ScenarioOptions<Workload> {
  /** How many scenarios to try; 100 unless given. */
  readonly runs?: number;
  /** 1 unless given, so that the same scenarios are tried every time. A 32-bit whole number. */
  readonly seed?: number;
  /** With `seed`, that one scenario again, as it was found: one run, nothing is shrunk. */
  readonly path?: string;
  /** How many simulations shrinking may take; 500 unless given. */
  readonly shrinkRunsMax?: number;
  /** Hears of each simulation, those of shrinking too. */
  readonly onRun?: (result: SimulationResult) => void;
}

export interface Failure {
  /** The first that did not hold, as shrunk. */
  readonly violation: Violation;
  readonly seed: number;
  readonly path: string;
  /** How many scenarios were tried, this one among them. */
  readonly runs: number;
  /** The scenario as it was drawn. */
  readonly found: Scenario;
  /** The smallest scenario that fails in the same way. */
  readonly scenario: Scenario;
  readonly result: SimulationResult;
  readonly shrinkRuns: number;
}

/**
 * Searches for a scenario in which an invariant of `playbook` does not hold, and makes it small.
 * Run twice are scenarios 1, 2, 4, 8 and so on, the one that fails, and each whose code calls clock
 * or chance of the process.
 * @throws {TypeError | RangeError} for options that cannot be, and if two runs of one scenario
 * differ: what it finds could not be found again.
 */
export async function findFailure<State, Workload = unknown>(
  playbook: Playbook<State, Workload>,
  options: SearchOptions<Workload>,
): Promise<Failure | undefined> {
  readOptions(searchOptions, 'options', options);
  const { runs: numRuns = 100, seed = 1, path, shrinkRunsMax: runsMax = 500, workload } = options;
  const trial = trialOf(playbook);
  const run: Trial = async (scenario) => {
    const result = await trial(scenario);
    attempt('options.onRun', () => options.onRun?.(result));
    return result;
  };
  let tried = 0;
  let failed: { readonly scenario: Scenario; readonly result: SimulationResult } | undefined;
  const drawn = fc.asyncProperty(scenarios(options), async (scenario) => {
    const result = await run(scenario);
    tried += 1;
    if (isSuspect(result) || isPowerOfTwo(tried)) {
      await demandReplay(result, () => trial(scenario));
    }
    if (result.violations.length > 0) failed = { scenario, result };
    return result.violations.length === 0;
  });
  const where = path === undefined ? { numRuns } : { numRuns: 1, path };
  const details = await fc.check(drawn, { ...where, seed, endOnFailure: true });
  if (details.failed && failed === undefined) throw details.errorInstance;
  const [violation] = failed?.result.violations ?? [];
  if (failed === undefined || violation === undefined) return undefined;
  const shrunk =
    path === undefined
      ? await shrink(failed.scenario, failed.result, {
          ...{ run, runsMax },
          ...(workload === undefined ? {} : { workload }),
        })
      : { ...failed, runs: 0 };
  return {
    violation: shrunk.result.violations[0] ?? violation,
    seed,
    path: details.counterexamplePath ?? '',
    runs: details.numRuns,
    found: failed.scenario,
    scenario: shrunk.scenario,
    result: shrunk.result,
    shrinkRuns: shrunk.runs,
  };
}

const isSuspect = ({ violations, outsideCalls }: SimulationResult): boolean =>
  violations.length > 0 || outsideCalls.length > 0;

const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0;
