import { shrink } from '../../runtime/sim/property/shrink.ts';
import type { Scenario, Violation } from '../../runtime/sim/scenario.ts';
import { faultsOf, type HousePlay, type Noun, plays } from './plays.ts';

/** What a hunt found. */
export interface Quarry {
  /** How many runs it took to come upon it. */
  readonly runs: number;
  readonly violation: Violation;
  /** As small as it got. */
  readonly scenario: Scenario;
  readonly shrinkRuns: number;
}

/** One with more faults is too hard to understand, and the hunt goes on. */
export const FAULTS_MAX = 3;

/** Searches the seeds for a run of a play that breaks a promise, and makes it small. */
export async function hunt(noun: Noun, seeds: readonly number[]): Promise<Quarry | undefined> {
  const { run, horizonMs }: HousePlay = plays[noun];
  let smallest: Quarry | undefined;
  for (const [index, seed] of seeds.entries()) {
    const scenario: Scenario = { v: 1, seed, horizonMs, faults: faultsOf(noun, seed) };
    const result = await run(scenario);
    const [violation] = result.violations;
    if (violation === undefined) continue;
    const shrunk = await shrink(scenario, result, { run, runsMax: 200 });
    const found: Quarry = {
      runs: index + 1,
      violation: shrunk.result.violations[0] ?? violation,
      scenario: shrunk.scenario,
      shrinkRuns: shrunk.runs,
    };
    const { length } = found.scenario.faults;
    if (length < (smallest?.scenario.faults.length ?? Infinity)) smallest = found;
    if (length <= FAULTS_MAX) break;
  }
  return smallest;
}
