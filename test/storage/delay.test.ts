import { describe, expect, it } from 'vitest';
import { checkDelay } from '../../storage/delay.ts';

describe('a delay', () => {
  it.each([0, 0.5, 2 ** 53, Number.MAX_VALUE])('may be %d ms', (delayMs) => {
    expect(checkDelay(delayMs)).toBeUndefined();
  });

  it.each([-1, -Number.MIN_VALUE, NaN, Infinity])('may not be %d ms', (delayMs) => {
    const wrong = new RangeError(`delayMs must be a finite number of at least 0, got ${delayMs}`);
    expect(() => checkDelay(delayMs)).toThrow(wrong);
  });
});
