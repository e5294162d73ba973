import { expect, it } from 'vitest';
import { type Play, trialOf } from '../../../../runtime/sim/property/trial.ts';
import type { Scenario } from '../../../../runtime/sim/scenario.ts';
import { simulate } from '../../../../runtime/sim/simulate.ts';
import { shop } from './bank.ts';

const scenario: Scenario = {
  ...{ v: 1, seed: 3, horizonMs: 9_000, sites: 'listed', workload: { isPatient: true } },
  faults: [{ kind: 'site', site: 'bank is slow', nth: 1 }],
};

it('a trial simulates the play in the scenario', async () => {
  const { seed, horizonMs, faults } = scenario;
  const result = await simulate({ ...shop(), seed, horizonMs, faults, sites: 'listed' });
  expect(await trialOf(shop())(scenario)).toEqual(result);
  expect(result.violations.map(({ invariant }) => invariant)).toEqual(['no order is booked twice']);
});

it('a play may read the workload of its scenario', async () => {
  const trial = trialOf(({ workload }: { readonly workload: { isPatient: boolean } }) =>
    shop(workload),
  );
  expect((await trial(scenario)).violations).toEqual([]);
});

it('a play has no more than a start, a workload and invariants', () => {
  const playOf = (play: object) => () => trialOf(play as Play<unknown>)(scenario);
  expect(playOf({ ...shop(), invariant: [] })).toThrow(
    new TypeError('playbook.invariant is not an option'),
  );
  expect(playOf({})).toThrow(new TypeError('playbook.start must be a function, got undefined'));
});
