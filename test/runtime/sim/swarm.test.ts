import { describe, expect, it } from 'vitest';
import { readScenario } from '../../../runtime/sim/scenario.ts';
import { swarm } from '../../../runtime/sim/swarm.ts';

const seeds = Array.from({ length: 300 }, (_, seed) => seed);
const horizonMs = 60_000;

describe('a swarm of faults', () => {
  it('follows from its seed, and is a scenario', () => {
    for (const seed of seeds) {
      const faults = swarm(seed, { horizonMs });
      expect(swarm(seed, { horizonMs })).toEqual(faults);
      expect(readScenario({ v: 1, seed, faults, horizonMs }).faults).toEqual(faults);
    }
  });

  it('has every kind in some run, and few kinds in each', () => {
    const kinds = seeds.map((seed) => {
      return new Set(swarm(seed, { horizonMs }).map(({ kind }) => kind));
    });
    expect(new Set(kinds.flatMap((each) => [...each])).size).toBe(16);
    const few = kinds.filter((each) => each.size <= 4);
    expect(few.length > 200).toBe(true);
  });

  it('has faults between machines, and of sandboxes, where they are asked for', () => {
    const kinds = [
      ...(['network.partition', 'network.bar', 'network.cut', 'network.weather'] as const),
      ...(['network.tamper', 'machine.kill', 'machine.powerOff'] as const),
      ...(['vm.absent', 'vm.barren', 'vm.hang', 'vm.slow', 'vm.lie', 'vm.die'] as const),
    ];
    const all = seeds.flatMap((seed) => swarm(seed, { horizonMs, kinds }));
    expect(readScenario({ v: 1, seed: 1, faults: all, horizonMs }).faults).toEqual(all);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  it('has only the kinds that are asked for, and no more than so many', () => {
    const all = seeds.map((seed) => {
      return swarm(seed, { horizonMs, kinds: ['disk.full', 'process.crash'], faultsMax: 3 });
    });
    expect(new Set(all.flat().map(({ kind }) => kind))).toEqual(
      new Set(['disk.full', 'process.crash']),
    );
    expect([...new Set(all.map(({ length }) => length))].sort()).toEqual([1, 2, 3]);
  });
});
