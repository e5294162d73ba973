import { expect, it } from 'vitest';
import { ownedPart } from '../../../../actors/peer/requests/payload.ts';

it('a part is copied where it would keep alive much more than itself', () => {
  const message = Buffer.alloc(64_000, 7);
  const most = message.subarray(0, 48_000);
  const piece = message.subarray(0, 47_999);
  const crumb = message.subarray(0, 1);
  expect(ownedPart(most)).toBe(most);
  expect(ownedPart(piece).buffer.byteLength).toBe(47_999);
  // Of the pool that small buffers share, which Node 24 made larger.
  expect(ownedPart(crumb).buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  expect(ownedPart(crumb).buffer).not.toBe(message.buffer);
  expect(ownedPart(crumb)).toEqual(Uint8Array.of(7));
  expect(Buffer.compare(ownedPart(piece), piece)).toBe(0);
});
