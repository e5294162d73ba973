import { expect, it } from 'vitest';
import { RELAYED_BYTES_MAX } from '../../../../actors/peer/circuit.ts';
import { PLAIN_BYTES_MAX, RELAYED_PLAIN_BYTES_MAX } from '../../../../actors/peer/wire/frame.ts';
import { sizeClassOf } from '../../../../actors/peer/wire/size-class.ts';

const all = Array.from({ length: PLAIN_BYTES_MAX }, (_, at) => at + 1);

it('follows the table of the specification', () => {
  const bytes = [1, 64, 65, 72, 73, 128, 129, 256, 257, 1_000, 1_025, 4_097, 32_769, 63_489];
  expect(bytes.map((each) => [each, sizeClassOf(each)])).toEqual([
    ...[
      [1, 64],
      [64, 64],
      [65, 72],
      [72, 72],
      [73, 80],
      [128, 128],
      [129, 144],
      [256, 256],
    ],
    ...[
      [257, 272],
      [1_000, 1_024],
      [1_025, 1_088],
      [4_097, 4_352],
      [32_769, 34_816],
    ],
    ...[[63_489, 65_495]],
  ]);
});

it('costs 12 % at most beyond the least class, and there are 146 classes', () => {
  expect(all.filter((bytes) => bytes >= 64 && sizeClassOf(bytes) > bytes * 1.12)).toEqual([]);
  expect(new Set(all.map(sizeClassOf)).size).toBe(146);
});

it('is never below what is padded, nor beyond what a message holds, and a class is its own', () => {
  expect(all.filter((bytes) => sizeClassOf(bytes) < bytes)).toEqual([]);
  expect(all.filter((bytes) => sizeClassOf(sizeClassOf(bytes)) !== sizeClassOf(bytes))).toEqual([]);
  expect(sizeClassOf(PLAIN_BYTES_MAX)).toBe(PLAIN_BYTES_MAX);
});

it('leaves room for a message within a message of a relay', () => {
  expect(sizeClassOf(RELAYED_PLAIN_BYTES_MAX)).toBe(RELAYED_PLAIN_BYTES_MAX);
  expect(RELAYED_PLAIN_BYTES_MAX).toBe(RELAYED_BYTES_MAX - 17);
});
