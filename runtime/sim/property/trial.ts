import type { Scenario } from '../scenario.ts';
import { type Simulation, type SimulationResult, simulate } from '../simulate.ts';

/** What a scenario is played with: all of a simulation but the scenario. */
export type Play<State> = Pick<Simulation<State>, 'start' | 'workload' | 'invariants'>;

/** A play that looks the same in all scenarios, or one that reads a scenario's workload. */
export type Playbook<State, Workload = unknown> =
  | Play<State>
  | ((scenario: Scenario & { readonly workload: Workload }) => Play<State>);

export type Trial = (scenario: Scenario) => Promise<SimulationResult>;

/** Simulates `playbook`: same scenario, same result. */
export function trialOf<State, Workload>(playbook: Playbook<State, Workload>): Trial {
  return (scenario) => {
    const { start, workload, invariants } =
      typeof playbook === 'function'
        ? playbook(scenario as Scenario & { readonly workload: Workload })
        : playbook;
    const { seed, faults, horizonMs, sites } = scenario;
    return simulate({
      ...{ seed, faults, horizonMs, start },
      ...(sites === undefined ? {} : { sites }),
      ...(workload === undefined ? {} : { workload }),
      ...(invariants === undefined ? {} : { invariants }),
    });
  };
}
