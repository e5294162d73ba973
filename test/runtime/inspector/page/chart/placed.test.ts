import { expect, it } from 'vitest';
import { pathOf } from '../../../../../runtime/inspector/page/chart/placed.ts';

it('rounds the corners of a line, and no more than there is room for', () => {
  expect(
    pathOf([
      { x: 0, y: 0 },
      { x: 20, y: 0 },
      { x: 20, y: 4 },
    ]),
  ).toBe('M0 0L12 0Q20 0 20 2L20 4');
});

it('draws nothing of nothing', () => {
  expect(pathOf([])).toBe('');
  expect(pathOf([{ x: 1, y: 2 }])).toBe('M1 2');
});
