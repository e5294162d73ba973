import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFailure } from '../../../../runtime/sim/property/failure.ts';
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
        ...{ v: 1, seed: 0, horizonMs: 3_000, sites: 'listed' },
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

  it('lets out what is wrong with the play itself', async () => {
    const broken = () => {
      throw new TypeError('no such play');
    };
    await expect(findFailure(broken, options)).rejects.toThrow(new TypeError('no such play'));
  });
});
