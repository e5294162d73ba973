import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { checkModeChart, checkModeName } from '../../../runtime/options/mode.ts';

const thrown = (work: () => void): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return String(error);
  }
};

it('a mode has a name that is printable, and none of those of the house', () => {
  const names = ['sales', 'a b', 7, '', 'a/b', 'audit', 'promises'];
  const id = 'defineMode.name must be a string of 1 to 128 printable characters without "/"';
  const taken = 'defineMode.name must not be one of audit, isolation, route, load, own, promises';
  expect(names.map((name) => thrown(() => checkModeName(name)))).toEqual([
    undefined,
    undefined,
    `TypeError: ${id}, got number`,
    `RangeError: ${id}, got ""`,
    `RangeError: ${id}, got "a/b"`,
    `RangeError: ${taken}, got "audit"`,
    `RangeError: ${taken}, got "promises"`,
  ]);
});

it('a mode is a machine, and no other logic', () => {
  const charts = [setup({}).createMachine({}), null, () => {}, { transition: () => {} }, 'open'];
  expect(charts.map((chart) => thrown(() => checkModeChart(chart)))).toEqual([
    undefined,
    'TypeError: defineMode.chart must be an XState machine, got null',
    'TypeError: defineMode.chart must be an XState machine, got function',
    'TypeError: defineMode.chart must be an XState machine, got object',
    'TypeError: defineMode.chart must be an XState machine, got string',
  ]);
});
