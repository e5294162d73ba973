import { describe, expect, it } from 'vitest';
import { Failure } from '../../../runtime/cli/failure.ts';
import { simulateCommand } from '../../../runtime/cli/simulate-arguments.ts';

const nothing = { path: undefined, replay: undefined, report: undefined, runSeconds: 60 };

describe('the arguments of holdfast simulate', () => {
  it('are a module, and what is to go for what the module says', () => {
    expect(simulateCommand(['shop.mjs'])).toEqual({
      ...{ module: 'shop.mjs', seed: undefined, runs: undefined, isJson: false },
      ...nothing,
    });
    const all = ['--seed=0', 'shop.mjs', '--runs', '7', '--report', 'found', '--json'];
    expect(simulateCommand(all)).toEqual({
      ...{ module: 'shop.mjs', seed: 0, runs: 7, isJson: true },
      ...{ ...nothing, report: 'found' },
    });
    expect(simulateCommand(['shop.mjs', '--seed', '3', '--path', '41:0']).path).toBe('41:0');
    const least = -(2 ** 31);
    expect(simulateCommand(['shop.mjs', '--seed', `${least}`]).seed).toBe(least);
    expect(simulateCommand(['shop.mjs', '--replay', 'x.json']).replay).toBe('x.json');
  });

  it.each([
    [[], 'no MODULE'],
    [[''], 'no MODULE'],
    [['a.mjs', 'b.mjs'], 'one MODULE at a time, got b.mjs too'],
    [['a.mjs', '--seeds', '3'], "Unknown option '--seeds'"],
    [['a.mjs', '--seed=x'], '--seed must be a whole number, got x'],
    [['a.mjs', '--seed', '-2147483649'], '--seed must be at least -2147483648, got -2147483649'],
    [['a.mjs', '--seed', '2147483648'], '--seed must be at most 2147483647, got 2147483648'],
    [['a.mjs', '--runs', '0'], '--runs must be at least 1, got 0'],
    [['a.mjs', '--runs', '-1'], '--runs must be at least 1, got -1'],
    [['a.mjs', '--run-seconds', '0'], '--run-seconds must be at least 1, got 0'],
    [['a.mjs', '--run-seconds', '86401'], '--run-seconds must be at most 86400, got 86401'],
    [['a.mjs', '--path', '3'], '--path goes with --seed'],
    [
      ['a.mjs', '--seed', '1', '--path', '1000000000'],
      '--path must be as it was told, like 41, got 1000000000',
    ],
    [['a.mjs', '--seed', '1', '--path', 'x'], '--path must be as it was told, like 41, got x'],
    [
      ['a.mjs', '--seed', '1', '--path', '3', '--runs', '2'],
      '--path is one run, and goes without --runs',
    ],
    [
      ['a.mjs', '--replay', 'x.json', '--runs', '2'],
      '--replay takes the scenario from a file, and goes without --runs',
    ],
  ])('are refused: %j', (args, because) => {
    expect(() => simulateCommand(args)).toThrow(because);
    expect(() => simulateCommand(args)).toThrow(Failure);
  });
});
