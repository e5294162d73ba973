import { describe, expect, it } from 'vitest';
import { nameOfCalls } from '../../../runtime/options/name-of-calls.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { refusalOf } from './refusal.ts';

const expected = 'name must be a string of 1 to 128 characters';
const refusal = (name: unknown): string => refusalOf(() => readOptions(nameOfCalls, 'name', name));

describe('the name of calls', () => {
  it.each(['a', 'psp', 'GET https://psp.example/v1', '日本', 'x'.repeat(128)])(
    'may be %j',
    (name) => {
      expect(readOptions(nameOfCalls, 'name', name)).toBe(name);
    },
  );

  it.each([
    ['', `RangeError: ${expected}, got ""`],
    ['x'.repeat(129), `RangeError: ${expected}, got "${'x'.repeat(79)}…`],
    [7, `TypeError: ${expected}, got 7`],
    [undefined, `TypeError: ${expected}, got undefined`],
    [null, `TypeError: ${expected}, got null`],
    [{}, `TypeError: ${expected}, got an object`],
  ])('may not be %j', (name, refused) => {
    expect(refusal(name)).toBe(refused);
  });
});
