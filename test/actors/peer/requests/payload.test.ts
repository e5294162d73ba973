import { expect, it } from 'vitest';
import { ownedPart } from '../../../../actors/peer/requests/payload.ts';

it('a piece of something larger is copied, and what is whole is not', () => {
  const whole = new Uint8Array(64_000).fill(7);
  expect(ownedPart(whole)).toBe(whole);
  const most = ownedPart(whole.subarray(0, 63_999));
  const crumb = ownedPart(whole.subarray(0, 1));
  expect([most.buffer.byteLength, crumb.buffer === whole.buffer]).toEqual([63_999, false]);
  // Of the pool that small buffers share, which Node 24 made larger.
  expect(crumb.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  whole.fill(0);
  expect(crumb).toEqual(Uint8Array.of(7));
  expect(Buffer.compare(most, new Uint8Array(63_999).fill(7))).toBe(0);
});
