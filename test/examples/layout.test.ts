import { expect, it } from 'vitest';
import { layOutBeside } from '../../examples/orders/layout.mjs';

it('two columns stand beside each other, each wrapped under itself', () => {
  const long = 'audit is readOnly: the store would not take it';
  const narrow = { width: 80, isColored: false };
  expect(layOutBeside(['caller', 'put: READ_ONLY'], ['operator', long, 'x'], narrow)).toBe(
    [
      '          caller                            │ operator',
      '          put: READ_ONLY                    │ audit is readOnly: the store',
      '                                            │   would not take it',
      '                                            │ x',
    ].join('\n'),
  );
});

it('two columns keep to the width of a terminal, words that are longer aside', () => {
  const words = Array.from({ length: 60 }, (_, n) => 'w'.repeat(1 + (n % 9))).join(' ');
  for (const width of [60, 80, 100]) {
    const rows = layOutBeside(['a', words], ['b', words], { width, isColored: false }).split('\n');
    expect(rows.filter((row) => row.length > width)).toEqual([]);
  }
});
