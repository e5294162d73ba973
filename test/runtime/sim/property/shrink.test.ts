import { describe, expect, it } from 'vitest';
import { shrink } from '../../../../runtime/sim/property/shrink.ts';
import { type Play, trialOf } from '../../../../runtime/sim/property/trial.ts';
import type { Fault, Scenario } from '../../../../runtime/sim/scenario.ts';
import type { Stage } from '../../../../runtime/sim/stage.ts';
import fc from '../../../fast-check.ts';
import { shop } from './bank.ts';

const run = trialOf(shop());

const noise: readonly Fault[] = [
  { kind: 'clock.jump', atMs: 5, byMs: -3_000 },
  { kind: 'disk.slow', atMs: 10, forMs: 4_000, latencyMs: 20 },
  { kind: 'clock.skew', atMs: 30, forMs: 700, perMille: 40 },
];

const crashes: readonly Fault[] = [
  { kind: 'process.crash', atMs: 70, downMs: 40 },
  { kind: 'process.crash', atMs: 160, downMs: 10 },
];

const slow: Fault = { kind: 'site', site: 'bank is slow', nth: 1 };

const shrunk = async (scenario: Scenario, runsMax = 500, workload?: fc.Arbitrary<unknown>) => {
  const result = await run(scenario);
  const options = { run, runsMax, ...(workload === undefined ? {} : { workload }) };
  const { scenario: small, runs, result: last } = await shrink(scenario, result, options);
  expect(await run(small)).toEqual(last);
  return { small, runs, last: last.violations[0] };
};

const base = { v: 1, seed: 5, horizonMs: 30_000 } as const;

describe('shrinking', () => {
  it('holds on to the invariant, though another would need fewer faults', async () => {
    const faults = [...crashes, ...noise, slow];
    const { small, last } = await shrunk({ ...base, faults, sites: 'listed' });
    expect(last?.invariant).toBe('nothing is lost');
    expect(small).toEqual({
      ...base,
      seed: 0,
      faults: [0, 1].map((atMs) => ({ kind: 'process.crash', atMs, downMs: 0 })),
      sites: 'listed',
    });
  });

  it('makes a fault of what fired by chance, and leaves out what did not matter', async () => {
    const seeds = Array.from({ length: 50 }, (_, index) => index);
    const results = await Promise.all(
      seeds.map(async (seed) => ({ seed, result: await run({ ...base, seed, faults: [] }) })),
    );
    const seed = results.find(({ result }) => result.violations.length > 0)?.seed ?? -1;
    const { small, last } = await shrunk({ ...base, seed, faults: [...noise] });
    expect(last?.invariant).toBe('no order is booked twice');
    expect(small).toEqual({
      ...base,
      seed: 0,
      faults: [slow],
      sites: 'listed',
    });
  });

  it('shrinks the workload where it can, and keeps it where it cannot', async () => {
    const faults = [slow];
    const scenario: Scenario = { ...base, faults, sites: 'listed', workload: [3, 'x'] };
    const numbers = await shrunk(scenario, 500, fc.array(fc.nat()));
    expect(numbers.small.workload).toEqual([3, 'x']);
    const any = await shrunk(scenario, 500, fc.array(fc.oneof(fc.nat(), fc.constant('x'))));
    expect(any.small.workload).toEqual([]);
  });

  it('goes no smaller than the play can read', async () => {
    const picky = trialOf(({ workload }: { readonly workload: readonly number[] }) => {
      if (workload.length < 2) throw new TypeError('too few');
      return shop();
    });
    const scenario: Scenario = { ...base, faults: [slow], workload: [7, 8, 9] };
    const options = { run: picky, runsMax: 500, workload: fc.array(fc.nat()) };
    const small = await shrink(scenario, await picky(scenario), options);
    expect(small.scenario.workload).toEqual([0, 0]);
  });

  it('never takes more runs than it may, and then keeps the smallest so far', async () => {
    const faults = [...crashes, ...noise, slow];
    const { small, runs, last } = await shrunk({ ...base, faults, sites: 'listed' }, 3);
    expect([runs, last?.invariant]).toEqual([3, 'nothing is lost']);
    expect(small.faults).toEqual([...crashes, noise[0]]);
    const none = await shrunk({ ...base, faults, sites: 'listed' }, 0);
    expect([none.runs, none.small.faults]).toEqual([0, faults]);
  });

  it('leaves all the time there was, so that nothing fails that would come right', async () => {
    const jobs = (isMended: boolean): Play<{ done: number }> => ({
      start: () => ({ done: 0 }),
      async workload(at, state) {
        if (at.incarnation > 1 && !isMended) return;
        for (; state.done < 5; state.done++) await at.wait(1_000);
      },
      invariants: [
        {
          name: 'all jobs are done',
          withinMs: 2_000,
          eventually: ({ done }) => (done < 5 ? `${done} of 5 are done` : undefined),
        },
      ],
    });
    const scenario: Scenario = { ...base, faults: [...noise, ...crashes], sites: 'listed' };
    const broken = trialOf(jobs(false));
    const small = await shrink(scenario, await broken(scenario), { run: broken, runsMax: 500 });
    expect(small.scenario).toEqual({
      ...{ ...base, seed: 0, sites: 'listed' },
      faults: [{ kind: 'process.crash', atMs: 0, downMs: 0 }],
    });
    expect((await trialOf(jobs(true))(small.scenario)).violations).toEqual([]);
  });

  it.each([
    ['a workload', 'workload', (_at: Stage, work: () => void) => work()],
    ['a task', 'uncaught', (at: Stage, work: () => void) => void at.world.clock.after(5, work)],
  ])('holds on to what %s threw, but not to the numbers in it', async (_, invariant, within) => {
    const throwing = trialOf(({ workload }: { readonly workload: readonly number[] }) => ({
      start: () => ({}),
      workload: (at: Stage) =>
        within(at, () => {
          const { length } = workload;
          if (length >= 4) throw new RangeError(`no room for job-${length} of ${length}`);
          if (length >= 1) throw new RangeError(`no room at ${length}`);
        }),
    }));
    const scenario: Scenario = { ...base, faults: [], workload: [7, 8, 9, 10, 11, 12] };
    const options = { run: throwing, runsMax: 500, workload: fc.array(fc.nat()) };
    const { result, scenario: small } = await shrink(scenario, await throwing(scenario), options);
    expect(small.workload).toEqual([0, 0, 0, 0]);
    expect(result.violations[0]).toEqual({
      ...{ invariant, atMs: invariant === 'uncaught' ? 5 : 0 },
      detail: 'RangeError: no room for job-4 of 4',
    });
  });

  it('is refused where nothing has failed', async () => {
    const scenario: Scenario = { ...base, faults: [], sites: 'listed' };
    await expect(shrunk(scenario)).rejects.toThrow(
      new TypeError('shrink.result must have a violation, has none'),
    );
  });
});
