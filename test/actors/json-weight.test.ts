import { expect, it } from 'vitest';
import { jsonWeight } from '../../actors/json-weight.ts';

it.each([
  ['a number', '1', 1 + 64],
  ['text, however it looks', '"[,:{\\"€"', 11 + 64],
  ['a list, with what is in it', '[1,2]', 5 + 3 * 64],
  ['an object, with its names, and what is in it', '{"a":{}}', 8 + 4 * 64],
])('the weight of JSON counts its bytes, and each value: %s', (_, json, weight) => {
  expect(jsonWeight(json)).toBe(weight);
});
