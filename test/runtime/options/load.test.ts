import { expect, it } from 'vitest';
import { loadSettings } from '../../../actors/load.actor.ts';
import { load } from '../../../runtime/options/load.ts';
import { readOptions } from '../../../runtime/options/read.ts';

const read = (given: unknown) => readOptions(load, 'load', given);

it('the thresholds of the load are the usual ones, but for those that are given', () => {
  expect(read({})).toEqual(loadSettings);
  const { pressured, shedding } = loadSettings;
  expect(read({ pressured: { above: { loopDelayMs: 200 }, below: { forMs: 2_000 } } })).toEqual({
    pressured: {
      above: { ...pressured.above, loopDelayMs: 200 },
      below: { ...pressured.below, forMs: 2_000 },
    },
    shedding,
  });
});

it.each([
  [7, 'TypeError: load must be an object, got 7'],
  [
    { pressured: { above: { forMs: 999 } } },
    'RangeError: load.pressured.above.forMs must be a number from 1000 to 3600000, got 999',
  ],
  [
    { shedding: { above: { cpuRatio: 1.1 } } },
    'RangeError: load.shedding.above.cpuRatio must be a number from 0.01 to 1, got 1.1',
  ],
  [
    { pressured: { above: { loopDelayMs: 49 } } },
    'RangeError: load.pressured must have thresholds below that are no higher than those above',
  ],
])('thresholds of the load are refused if they are %o', (given, refused) => {
  const refusal = (): string => {
    try {
      return `taken: ${JSON.stringify(read(given))}`;
    } catch (error) {
      return String(error);
    }
  };
  expect(refusal()).toContain(refused);
});
