import { describe, expect, it } from 'vitest';
import { readScenario, type Scenario } from '../../../runtime/sim/scenario.ts';

const scenario: Scenario = {
  v: 1,
  seed: 7,
  sites: 'listed',
  faults: [
    { kind: 'disk.slow', atMs: 0, forMs: 5, latencyMs: 1.5 },
    { kind: 'disk.torn', nth: 3 },
    { kind: 'clock.jump', atMs: 1, byMs: -1_000 },
    { kind: 'network.partition', atMs: 1, forMs: 2, sides: 5 },
    { kind: 'machine.powerOff', atMs: 1, downMs: 2, machine: 3 },
    { kind: 'site', site: 'reply twice', nth: 2 },
  ],
  workload: { orders: 3 },
  horizonMs: 60_000,
};

const refusalOf = (given: unknown): string => {
  try {
    readScenario(given);
    return 'it was read';
  } catch (error) {
    return String(error);
  }
};

const withFault = (fault: unknown): string => refusalOf({ ...scenario, faults: [fault] });

describe('a scenario', () => {
  it('is read as it was written', () => {
    expect(readScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    const least = { v: 1, seed: -1, faults: [], horizonMs: 1 };
    expect(readScenario(least)).toEqual(least);
  });

  it('of another version is refused', () => {
    const refusals = [2, '1', undefined].map((v) => refusalOf({ ...scenario, v }));
    expect(refusals).toEqual([
      'RangeError: scenario.v must be 1, the only version there is, got 2',
      'RangeError: scenario.v must be 1, the only version there is, got "1"',
      'RangeError: scenario.v must be 1, the only version there is, got undefined',
    ]);
  });

  it('is refused for a fault that is unknown, has a negative time, or none', () => {
    const kinds =
      'disk.slow, disk.hang, disk.full, disk.readOnly, disk.fail, disk.flaky, ' +
      'disk.failAtWrite, disk.vanish, disk.rot, disk.torn, disk.unsynced, process.crash, ' +
      'process.crashAtWrite, clock.jump, clock.pause, clock.skew, network.partition, ' +
      'network.bar, network.cut, network.weather, network.tamper, machine.kill, ' +
      'machine.powerOff, vm.absent, vm.barren, vm.hang, vm.slow, vm.lie, vm.die, site';
    expect([
      withFault({ kind: 'disk.melt', atMs: 1 }),
      withFault({ kind: 'disk.vanish', atMs: -1 }),
      withFault({ kind: 'disk.full', atMs: 1 }),
      withFault({ kind: 'disk.vanish', atMs: 1, forMs: 3 }),
      withFault({ kind: 'disk.torn', nth: 0 }),
      withFault('disk.vanish'),
    ]).toEqual([
      `RangeError: scenario.faults.0.kind must be one of ${kinds}, got "disk.melt"`,
      'RangeError: scenario.faults.0.atMs must be a number from 0 to 34560000000, got -1',
      'TypeError: scenario.faults.0.forMs must be a number from 0 to 34560000000, got undefined',
      'TypeError: scenario.faults.0.forMs is not an option',
      'RangeError: scenario.faults.0.nth must be a whole number from 1 to 2147483647, got 0',
      'TypeError: scenario.faults.0 must be an object, got "disk.vanish"',
    ]);
  });

  it('is refused if it is none', () => {
    const safe = Number.MAX_SAFE_INTEGER;
    expect([
      refusalOf(3),
      refusalOf({ ...scenario, seed: 1.5 }),
      refusalOf({ ...scenario, horizonMs: 0 }),
      refusalOf({ ...scenario, sites: 'all' }),
      refusalOf({ ...scenario, faults: {} }),
    ]).toEqual([
      'TypeError: scenario must be an object, got 3',
      `RangeError: scenario.seed must be a whole number from -${safe} to ${safe}, got 1.5`,
      'RangeError: scenario.horizonMs must be a number from 1 to 34560000000, got 0',
      'RangeError: scenario.sites must be one of drawn, listed, got "all"',
      'TypeError: scenario.faults must be an array, got an object',
    ]);
  });
});
