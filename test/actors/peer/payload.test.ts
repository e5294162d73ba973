import { expect, it } from 'vitest';
import { ownedPart } from '../../../actors/peer/payload.ts';

it('a part is copied where it would keep alive much more than itself', () => {
  const message = Buffer.alloc(1_000, 7);
  const most = message.subarray(0, 750);
  const piece = message.subarray(0, 749);
  expect(ownedPart(most)).toBe(most);
  expect(ownedPart(piece).buffer.byteLength).toBe(749);
  expect(Buffer.compare(ownedPart(piece), piece)).toBe(0);
});
