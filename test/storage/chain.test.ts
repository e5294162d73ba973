import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chainAfter, chainStart } from '../../storage/chain.ts';
import { bytes32, otherStoreId, storeId } from './store.fixture.ts';

const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the chain', () => {
  it('begins with a hash of the store', () => {
    expect([storeId, otherStoreId].map((id) => hexOf(chainStart(id)))).toEqual([
      sha256('holdfast/v1/log', storeId),
      sha256('holdfast/v1/log', otherStoreId),
    ]);
  });

  it('takes up a block by its place, its count and its leaf hashes', () => {
    const leaves = Buffer.concat([bytes32(2), bytes32(3)]);
    const numbers = Buffer.from('0000000100000007' + '00000002', 'hex');
    expect(hexOf(chainAfter(bytes32(1), 2 ** 32 + 7, 2, leaves))).toBe(
      sha256(Uint8Array.of(2), bytes32(1), numbers, leaves),
    );
  });
});
