import { expect, it } from 'vitest';
import { statePaths } from '../../runtime/state-paths.ts';

it('are those of the innermost states, of each that stands beside others', () => {
  const values = ['off', { on: 'dim' }, { a: { b: 'c' }, d: {} }, {}, undefined];
  expect(values.map((value) => statePaths(value))).toEqual([
    ['off'],
    ['on.dim'],
    ['a.b.c', 'd'],
    [''],
    [],
  ]);
});
