import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { Handle } from '../../../../runtime/handle.ts';
import { createRuntime } from '../../../../runtime/runtime.ts';
import { findFailure } from '../../../../runtime/sim/property/failure.ts';
import type { Stage } from '../../../../runtime/sim/stage.ts';
import fc from '../../../fast-check.ts';
import { shop } from './bank.ts';

const options = { horizonMs: 20_000, faults: ['process.crash', 'clock.jump'] } as const;

describe('the search for a failure', () => {
  it('finds one, small, and says where', async () => {
    const failure = await findFailure(shop(), { ...options, faults: ['clock.jump'] });
    const { violation, seed, path, scenario, found } = failure ?? {};
    expect({ violation, seed, path, scenario }).toEqual({
      violation: {
        invariant: 'no order is booked twice',
        atMs: 3_000,
        detail: 'the bank booked 2 times',
      },
      seed: 1,
      path: String(Number(failure?.runs) - 1),
      scenario: {
        ...{ v: 1, seed: 0, horizonMs: 20_000, sites: 'listed' },
        faults: [{ kind: 'site', site: 'bank is slow', nth: 1 }],
      },
    });
    expect(found?.faults.some(({ kind }) => kind === 'site')).toBe(false);
  });

  it('finds the same again in one run, by seed and path, as it was drawn', async () => {
    const first = await findFailure(shop(), { ...options, seed: 77 });
    const { seed = 0, path = '', found } = first ?? {};
    const again = await findFailure(shop(), { ...options, seed, path });
    expect([again?.runs, again?.shrinkRuns, again?.seed, again?.path]).toEqual([1, 0, seed, path]);
    expect([again?.found, again?.scenario]).toEqual([found, found]);
  });

  it('finds nothing in a shop that waits for its bank, however it crashes once', async () => {
    const once = { ...options, faultsMax: 1, runs: 300 };
    expect(await findFailure(shop({ isPatient: true }), once)).toBeUndefined();
  });

  it('lets a play read what was drawn for it, and shrinks that too', async () => {
    const workload = fc.record({ isPatient: fc.boolean(), orders: fc.array(fc.nat()) });
    const failure = await findFailure((scenario) => shop(scenario.workload), {
      ...{ ...options, workload, seed: 3 },
    });
    expect(failure?.scenario.workload).toEqual({ isPatient: false, orders: [] });
  });

  it('hears of each run, those of shrinking too', async () => {
    let heard = 0;
    const onRun = () => {
      heard += 1;
    };
    const failure = await findFailure(shop(), { ...options, onRun });
    expect(heard).toBe(Number(failure?.runs) + Number(failure?.shrinkRuns));
  });

  it.each([
    ['Date.now', () => Date.now() / 1_000],
    ['Math.random', () => Math.random()],
    ['crypto.randomUUID', () => crypto.randomUUID()],
    ['performance.now', () => performance.now()],
  ])('refuses a play that takes something from %s, and says where', async (name, read) => {
    const play = { ...shop(), start: () => Object.assign({ booked: 0, lost: 0 }, { id: read() }) };
    const told = {
      ...play,
      workload: (at: Stage, state: object) => at.note('begun', { ...state }),
    };
    const refused = expect(findFailure(told, options)).rejects;
    await refused.toThrow(TypeError);
    await refused.toThrow(
      /two runs of one scenario differ at line \d+ of their traces\n {2}first: {2}/,
    );
    await refused.toThrow(new RegExp(`called: ${name} at .*failure\\.test\\.ts:\\d+:\\d+`));
  });

  it.each([
    ['setTimeout', () => new Promise((resolve) => setTimeout(resolve, 2)), 'called: setTimeout at'],
    ['stat', () => stat('/'), 'called: stat at'],
  ])('refuses a play that waits for %s of the process', async (_, wait, said) => {
    let runs = 0;
    const play = {
      ...shop({ isPatient: true }),
      async workload(at: Stage) {
        // Two runs may be equally fast by chance: every other one does not wait.
        runs += 1;
        const isSlow = runs % 2 === 0;
        void (async () => {
          for (let time = 0; isSlow && time < 10; time++) await wait();
          at.note('done');
        })();
        for (let turn = 0; turn < 10_000; turn++) await at.wait(1);
      },
    };
    const search = findFailure(play, { ...options, faultsMax: 0 });
    await expect(search).rejects.toThrow(said);
  });

  it('refuses a play that draws of the process only once it has crashed', async () => {
    const play = {
      ...shop({ isPatient: true }),
      workload: (at: Stage) => at.note('begun', at.incarnation === 1 ? {} : { id: Math.random() }),
    };
    const search = findFailure(play, { ...options, faults: ['process.crash'] });
    await expect(search).rejects.toThrow(/called: Math\.random at .*failure\.test\.ts:\d+:\d+/);
  });

  it('refuses a play whose machine goes another way by chance', async () => {
    const coin = setup({ guards: { isHead: () => Math.random() < 0.5 } }).createMachine({
      initial: 'held',
      on: { toss: [{ guard: 'isHead', target: '.head' }, { target: '.tail' }] },
      states: { held: {}, head: {}, tail: {} },
    });
    const play = {
      start: async ({ world }: Stage) =>
        (await createRuntime({ world })).supervisor('table').start('coin', coin),
      workload: (_: Stage, handle: Handle<typeof coin>) => {
        for (let toss = 0; toss < 64; toss++) handle.tell({ type: 'toss' });
      },
    };
    const search = findFailure(play, options);
    await expect(search).rejects.toThrow(
      /first: {2}.*"kind":"move","subject":"table\/coin"[\s\S]*called: Math\.random at /,
    );
  });

  it('plays runs 1, 2, 4, 8 and so on twice, and those that read of the process', async () => {
    const playsOf = async (runs: number, start: () => object) => {
      let plays = 0;
      const counted = () => {
        plays += 1;
        return start();
      };
      await findFailure({ start: counted }, { horizonMs: 1, faultsMax: 0, runs });
      return plays;
    };
    const timed = () => ({ atMs: Date.now() });
    expect([await playsOf(9, Object), await playsOf(9, timed)]).toEqual([13, 18]);
  });

  it('finds what waits in real time, although it changes nothing', async () => {
    const play = { start: () => ({}), workload: () => void setTimeout(() => {}, 1).unref() };
    const failure = await findFailure(play, options);
    expect(failure?.violation.detail).toMatch(
      /^setTimeout at .*failure\.test\.ts:\d+:\d+ waits in real time: use the clock/,
    );
    expect(failure?.scenario.faults).toEqual([]);
  });

  it('refuses a play that is not begun anew in each run', async () => {
    const bank = { booked: 0, lost: 0 };
    const search = findFailure({ ...shop({ isPatient: true }), start: () => bank }, options);
    await expect(search).rejects.toThrow('make all that changes anew in each run');
  });

  it.each([
    [{ horizonMs: -1 }, 'options.horizonMs must be a whole number from 1 to 34560000000, got -1'],
    [{ horizonMs: 1, runs: 0 }, 'options.runs must be a whole number from 1 to 1000000000, got 0'],
    [{ horizonMs: 1, seed: 2 ** 31 }, 'options.seed must be a whole number from -2147483648'],
    [{ horizonMs: 1, path: 'x' }, 'options.path must be as it was told, like 41, got "x"'],
    [{ horizonMs: 1, path: '9999999999' }, 'options.path must be as it was told, like 41, got "9'],
    [{ horizonMs: 1, workload: 5 }, 'options.workload must be an arbitrary of fast-check, got 5'],
    [{ horizonMs: 1, onRun: 5 }, 'options.onRun must be a function, got 5'],
    [{ horizonMs: 1, seeds: 3 }, 'options.seeds is not an option'],
    [{ horizonMs: 1, faults: ['disk.fire'] }, 'scenarios.faults must be of disk.slow, disk.hang'],
  ])('refuses %j', async (given, because) => {
    await expect(findFailure(shop(), given as typeof options)).rejects.toThrow(because);
  });

  it('lets out what is wrong with the play itself', async () => {
    const broken = () => {
      throw new TypeError('no such play');
    };
    const said = 'playbook threw TypeError: no such play';
    await expect(findFailure(broken, options)).rejects.toThrow(new TypeError(said));
    const onRun = () => broken();
    const heard = findFailure(shop(), { ...options, onRun });
    await expect(heard).rejects.toThrow('options.onRun threw TypeError: no such play');
  });
});
