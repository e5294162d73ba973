import { describe, expect, it } from 'vitest';
import { checkLength, fraction } from '../../actors/draw.ts';

const wordMax = 2 ** 32 - 1;

describe('a draw', () => {
  it('is a fraction of 53 bits: the upper 27 of one word, the upper 26 of another', () => {
    expect(fraction(0, 0)).toBe(0);
    expect(fraction(2 ** 31, 0)).toBe(0.5);
    expect(fraction(0, 2 ** 6)).toBe(2 ** -53);
    expect(fraction(2 ** 5, 0)).toBe(2 ** -27);
    expect(fraction(2 ** 5 - 1, 2 ** 6 - 1)).toBe(0);
    expect(fraction(wordMax, wordMax)).toBe(1 - 2 ** -53);
  });

  it.each([0, 1, 65_536])('may be of %d bytes', (length) => {
    expect(checkLength(length)).toBeUndefined();
  });

  it.each([-1, 65_537, 0.5, NaN])('may not be of %d bytes', (length) => {
    const wrong = new RangeError(`length must be a whole number from 0 to 65536, got ${length}`);
    expect(() => checkLength(length)).toThrow(wrong);
  });
});
