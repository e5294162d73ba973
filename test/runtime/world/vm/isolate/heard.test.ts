import { expect, it } from 'vitest';
import { heardFrom } from '../../../../../runtime/world/vm/isolate/heard.ts';

it.each([
  [2, '"a"', { type: 'printed', text: 'a' }],
  [3, '{"id":1,"name":"a","input":"[]"}', { type: 'hostCall', id: 1, name: 'a', input: '[]' }],
  [4, '[1]', { type: 'returned', output: '[1]' }],
  [5, '{"fault":"VM_ERROR","message":"a"}', { type: 'failed', fault: 'VM_ERROR', message: 'a' }],
])('hears the kind %d', (kind, json, heard) => {
  expect(heardFrom(kind, json)).toEqual(heard);
});

it.each([
  [0, '"a"'],
  [1, '"a"'],
  [6, '"a"'],
  [NaN, '"a"'],
  [2, 'a'],
  [2, '5'],
  [2, JSON.stringify('a'.repeat(65_537))],
  [3, 'null'],
  [3, '{"id":1,"name":"a"}'],
  [3, '{"id":1.5,"name":"a","input":""}'],
  [3, JSON.stringify({ id: 1, name: 'a'.repeat(257), input: '' })],
  [3, JSON.stringify({ id: 1, name: 'a', input: 'a'.repeat(1_048_577) })],
  [3, JSON.stringify({ id: 1, name: 'a', input: '€'.repeat(400_000) })],
  [5, '{"fault":"VM_CRASHED","message":""}'],
  [5, '{"fault":"VM_ERROR"}'],
  [5, JSON.stringify({ fault: 'VM_ERROR', message: 'a'.repeat(1_025) })],
])('hears nothing in the kind %d with %j', (kind, json) => {
  expect(heardFrom(kind, json)).toBe(undefined);
});
