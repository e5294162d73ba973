import { expect } from 'vitest';

/**
 * Bytes that are the same are so at once: `toEqual` would walk them one by one, as objects. Of
 * others it says nothing, and the walk tells where they differ.
 */
expect.addEqualityTesters([
  (left, right) => {
    if (!(left instanceof Uint8Array && right instanceof Uint8Array)) return undefined;
    if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return undefined;
    return Buffer.compare(left, right) === 0 ? true : undefined;
  },
]);
