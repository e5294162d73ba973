import { expect, it } from 'vitest';
import { span } from '../../../../runtime/inspector/page/span.ts';

it('tells a span as it is read', () => {
  expect([0, 420, 1000, 9949, 9951, 59_000, 250_000, 7_500_000, -90_000].map(span)).toEqual([
    '0 ms',
    '420 ms',
    '1.0 s',
    '9.9 s',
    '10 s',
    '59 s',
    '4 min 10 s',
    '2 h 5 min',
    '−1 min 30 s',
  ]);
});
