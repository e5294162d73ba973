import { describe, expect, it } from 'vitest';
import { number, oneOf, wholeNumber } from '../../../runtime/options/number.ts';
import fc from '../../fast-check.ts';

const range = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }))
  .map(([min, span]) => ({ min, max: min + span }));

describe('a numeric option', () => {
  it('is taken exactly within its range, bounds included', () => {
    fc.assert(
      fc.property(range, fc.double(), ({ min, max }, value) => {
        const isInside = value >= min && value <= max;
        expect(number(min, max).safeParse(value).success).toBe(isInside);
        expect(wholeNumber(min, max).safeParse(value).success).toBe(
          isInside && Number.isInteger(value),
        );
        expect(wholeNumber(min, max).safeParse(min).success).toBe(true);
        expect(wholeNumber(min, max).safeParse(max).success).toBe(true);
      }),
    );
  });

  it('says its kind and range, whatever is wrong with it', () => {
    const said = [Number.NaN, -1, 11, 1.5, '5', null].map(
      (value) => wholeNumber(0, 10).safeParse(value).error?.issues[0]?.message,
    );
    expect(new Set(said)).toEqual(new Set(['must be a whole number from 0 to 10']));
    expect(number(1, 2).safeParse(3).error?.issues[0]?.message).toBe(
      'must be a number from 1 to 2',
    );
  });
});

describe('a choice', () => {
  it('is one of its words, and says which', () => {
    const choice = oneOf(['left', 'right']);
    expect(choice.safeParse('left').data).toBe('left');
    expect(choice.safeParse('up').error?.issues[0]?.message).toBe('must be one of left, right');
  });
});
