import { createCipheriv, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leavesOf } from '../../storage/leaves.ts';
import { bytes32, secretOf } from './store.fixture.ts';

const key = secretOf(4);

/** Records of these lengths, each behind its length. */
const plaintextOf = (...lengths: readonly number[]): Uint8Array =>
  Buffer.concat(
    lengths.map((length, index) => {
      const framed = Buffer.alloc(4 + length, index + 1);
      framed.writeUInt32BE(length);
      return framed;
    }),
  );

describe('the leaf hashes of a block', () => {
  it('are those of RFC 6962, each with 16 bytes of salt before its record', () => {
    const start = Buffer.from('0000000200000003' + '00000004' + '00000000', 'hex');
    const salts = createCipheriv('aes-256-ctr', bytes32(4), start).update(Buffer.alloc(48));
    const hashes = [1, 5, 300].map((length, index) =>
      createHash('sha256')
        .update(Uint8Array.of(0))
        .update(salts.subarray(16 * index, 16 * index + 16))
        .update(Buffer.alloc(length, index + 1))
        .digest('hex'),
    );
    const place = { first: 2 ** 33 + 3, counter: 2 ** 32 + 4, count: 3 };
    expect(leavesOf(plaintextOf(1, 5, 300), key, place)).toEqual(hashes);
  });

  it('leave the plaintext as it was', () => {
    const plaintext = plaintextOf(3, 20, 1);
    leavesOf(plaintext, key, { first: 0, counter: 0, count: 3 });
    expect(plaintext).toEqual(plaintextOf(3, 20, 1));
  });

  it.each([
    ['has fewer records than it says', plaintextOf(3, 4), 3],
    ['has more records than it says', plaintextOf(3, 4), 1],
    ['ends within a length', plaintextOf(3, 4).subarray(0, 9), 2],
    ['ends after a length', plaintextOf(3, 4).subarray(0, 11), 2],
    ['ends within a record', plaintextOf(3, 4).subarray(0, 13), 2],
    [
      'is full, and ends within a length',
      Buffer.concat([plaintextOf(65_529), bytes32(1)], 65_536),
      2,
    ],
    ['has an empty record', plaintextOf(3, 0), 2],
    ['has an empty record before others', plaintextOf(0, 3), 2],
    ['has a record of 4 GiB', Buffer.alloc(9, 0xff), 1],
    ['is empty', new Uint8Array(), 1],
  ])('are none if the plaintext %s', (_, plaintext, count) => {
    expect(leavesOf(plaintext, key, { first: 0, counter: 0, count })).toBeUndefined();
  });
});
