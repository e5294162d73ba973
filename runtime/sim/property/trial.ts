import { readOptions } from '../../options/read.ts';
import { playOptions } from '../../options/scenario.ts';
import { said } from '../checks.ts';
import type { Scenario } from '../scenario.ts';
import { type Simulation, type SimulationResult, simulate } from '../simulate.ts';

/** What a scenario is played with: all of a simulation but the scenario. */
export type Play<State> = Pick<Simulation<State>, 'start' | 'machines' | 'workload' | 'invariants'>;

/** A play that looks the same in all scenarios, or one that reads a scenario's workload. */
export type Playbook<State, Workload = unknown> =
  | Play<State>
  | ((scenario: Scenario & { readonly workload: Workload }) => Play<State>);

export type Trial = (scenario: Scenario) => Promise<SimulationResult>;

/**
 * Simulates `playbook`: same scenario, same result.
 * @throws {TypeError | RangeError} naming what a play does not have, or cannot be.
 */
export function trialOf<State, Workload>(playbook: Playbook<State, Workload>): Trial {
  return (scenario) => {
    const play =
      typeof playbook === 'function'
        ? attempt('playbook', () =>
            playbook(scenario as Scenario & { readonly workload: Workload }),
          )
        : playbook;
    readOptions(playOptions, 'playbook', play);
    const { start, machines, workload, invariants } = play;
    const { seed, faults, horizonMs, sites } = scenario;
    return simulate({
      ...{ seed, faults, horizonMs, start },
      ...(sites === undefined ? {} : { sites }),
      ...(machines === undefined ? {} : { machines }),
      ...(workload === undefined ? {} : { workload }),
      ...(invariants === undefined ? {} : { invariants }),
    });
  };
}

/** Does what a user wrote; an error says whose it is. */
export function attempt<Result>(whose: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new TypeError(`${whose} threw ${said(error)}`, { cause: error });
  }
}
