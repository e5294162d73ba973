import { describe, expect, it } from 'vitest';
import { scenarios } from '../../../../runtime/sim/property/scenarios.ts';
import { readScenario } from '../../../../runtime/sim/scenario.ts';
import fc from '../../../fast-check.ts';

const sampled = (options: Parameters<typeof scenarios>[0], seed = 1) =>
  fc.sample(scenarios(options), { numRuns: 1_000, seed });

describe('the scenarios that are drawn', () => {
  it('are such as can be read, with every kind of fault', () => {
    const drawn = sampled({ horizonMs: 9_000, sites: ['mail'], workload: fc.nat() });
    expect(drawn.map(readScenario)).toEqual(drawn);
    expect(drawn).toStrictEqual(JSON.parse(JSON.stringify(drawn)));
    const kinds = new Set(drawn.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([
      'clock.jump',
      'clock.pause',
      'clock.skew',
      'disk.fail',
      'disk.failAtWrite',
      'disk.flaky',
      'disk.full',
      'disk.hang',
      'disk.readOnly',
      'disk.rot',
      'disk.slow',
      'disk.torn',
      'disk.unsynced',
      'disk.vanish',
      'process.crash',
      'process.crashAtWrite',
      'site',
    ]);
    expect(Math.max(...drawn.map(({ faults }) => faults.length))).toBe(8);
  });

  it('have faults between machines, and of sandboxes, where they are asked for', () => {
    const faults = [
      ...(['network.partition', 'network.bar', 'network.cut', 'network.weather'] as const),
      ...(['network.tamper', 'machine.kill', 'machine.powerOff'] as const),
      ...(['vm.absent', 'vm.barren', 'vm.hang', 'vm.slow', 'vm.lie', 'vm.die'] as const),
    ];
    const drawn = sampled({ horizonMs: 9_000, faults });
    expect(drawn.map(readScenario)).toEqual(drawn);
    const kinds = new Set(drawn.flatMap((each) => each.faults.map(({ kind }) => kind)));
    expect(kinds).toEqual(new Set(faults));
  });

  it('have no other faults than asked for, and begin none when all have healed', () => {
    const drawn = sampled({ horizonMs: 10, faults: ['process.crash'], faultsMax: 2 });
    const crashes = drawn.flatMap(({ faults }) =>
      faults.map((fault) => (fault.kind === 'process.crash' ? fault.atMs : fault.kind)),
    );
    expect([...new Set(crashes)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Math.max(...drawn.map(({ faults }) => faults.length))).toBe(2);
  });

  it('follow from the seed, and can be shrunk though somebody else drew them', () => {
    const options = { horizonMs: 9_000, workload: fc.array(fc.nat()) };
    expect(sampled(options, 7)).toEqual(sampled(options, 7));
    const arbitrary = scenarios(options);
    const foreign = JSON.parse(JSON.stringify(sampled(options, 7)));
    expect(foreign.every((one: unknown) => arbitrary.canShrinkWithoutContext(one))).toBe(true);
  });

  it('are refused for a horizon, kinds or sites that cannot be', () => {
    const refused: readonly [object, Error][] = [
      [
        { horizonMs: 0.5 },
        new RangeError('scenarios.horizonMs must be a whole number from 1, got 0.5'),
      ],
      [{ faults: [] }, new RangeError('scenarios.faults must name a kind at least')],
      [{ faults: ['site'] }, new TypeError('scenarios.sites must name a site at least')],
    ];
    for (const [options, error] of refused) {
      expect(() => scenarios({ horizonMs: 1, ...options })).toThrow(error);
    }
    const unknown = { horizonMs: 1, faults: ['disk.melt'] };
    expect(() => Reflect.apply(scenarios, undefined, [unknown])).toThrow(
      /^scenarios\.faults must be of disk\.slow, .*, site, got disk\.melt$/,
    );
  });
});
