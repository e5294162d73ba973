import { describe, expect, it } from 'vitest';
import { isCardNumber } from '../../runtime/card-number.ts';

describe('a card number', () => {
  it.each([
    '4111111111111111',
    '4222222222222',
    '5555555555554444',
    '2223003122003222',
    '378282246310005',
    '36227206271667',
    '3530111333300000',
    '6011111111111117',
  ])('is told by its first digits, its length and its check digit: %s', (digits) => {
    expect(isCardNumber(digits)).toBe(true);
  });

  it.each([
    ['a wrong check digit', '4111111111111112'],
    ['two digits that changed places', '5555555555545444'],
    ['a time in milliseconds', '1767225600000'],
    ['a length that no such card has', '41111111111111'],
    ['nothing', ''],
    ['text', '411111111111111x'],
  ])('is not %s', (_, digits) => {
    expect(isCardNumber(digits)).toBe(false);
  });
});
