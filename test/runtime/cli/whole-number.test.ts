import { expect, it } from 'vitest';
import { wholeNumber } from '../../../runtime/cli/whole-number.ts';

it('a number of an option is made of digits, and in its range', () => {
  const range = { min: 2, max: 9 };
  expect([
    wholeNumber('-n', undefined),
    wholeNumber('-n', '0'),
    wholeNumber('-n', '9', range),
    wholeNumber('-n', '-3', { min: -3, max: 9 }),
  ]).toEqual([undefined, 0, 9, -3]);
  expect(() => wholeNumber('-n', '1.5')).toThrow('-n must be a whole number, got 1.5');
  expect(() => wholeNumber('-n', '-1')).toThrow('-n must be at least 0, got -1');
  expect(() => wholeNumber('-n', '1', range)).toThrow('-n must be at least 2, got 1');
  expect(() => wholeNumber('-n', '10', range)).toThrow('-n must be at most 9, got 10');
});
