import { expect, it } from 'vitest';
import { BoundedMemory } from '../../../../../runtime/world/vm/isolate/bounded-memory.mjs';

const PAGE_BYTES = 65_536;

it('grows up to its end, says how much it is, and whether more was refused', () => {
  const grown: number[] = [];
  const memory = new BoundedMemory(300, (bytes) => grown.push(bytes / PAGE_BYTES));
  expect(() => memory.grow(45)).toThrow(RangeError);
  expect(memory.isRefused).toBe(true);
  memory.grow(44);
  expect({ grown, isRefused: memory.isRefused }).toEqual({ grown: [256, 300], isRefused: false });
});

it('has its end measured, not believed', () => {
  const memory = new BoundedMemory(300, () => {});
  expect(memory.measuredBytesMax()).toBe(300 * PAGE_BYTES);
  expect(memory.isRefused).toBe(false);
});
