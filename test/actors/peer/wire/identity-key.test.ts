import { describe, expect, it } from 'vitest';
import { isIdentityKey } from '../../../../actors/peer/wire/identity-key.ts';
import { backends, secretOf, unhex } from './backends.ts';

const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
].map(unhex);

describe.each(backends)('a public key, verified by %s,', (_, primitives) => {
  it('of small order is no identity, for anybody can sign under it', () => {
    expect(smallOrder.map(isIdentityKey)).toEqual(smallOrder.map(() => false));
  });

  it('of another length is none either', () => {
    expect([31, 33, 0].map((length) => isIdentityKey(new Uint8Array(length).fill(7)))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('of a peer is one', () => {
    const keys = [1, 2, 3].map((byte) => primitives.identityKey(secretOf(byte)).publicKey);
    expect(keys.map(isIdentityKey)).toEqual([true, true, true]);
  });
});
