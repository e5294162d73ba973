import { hkdfSync } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import { isUnder, unwrapRoot } from '../../storage/root-key.ts';
import { drawn, everyFlip, rootKey, secretOf, storeId, wrapOf } from './sealing.ts';

const wrap = wrapOf(7);

it('a root key is wrapped as the format says', () => {
  const master = Buffer.alloc(32, 7);
  const key = new Uint8Array(hkdfSync('sha256', master, storeId, 'holdfast/v1/wrap', 32));
  const nonce = drawn(7)(24);
  const aad = Buffer.concat([Buffer.from('root'), storeId]);
  const sealed = xchacha20poly1305(key, nonce, aad).encrypt(new Uint8Array(32).fill(40));
  expect([hex(wrap.sealed), wrap.sealed.length]).toEqual([`${hex(nonce)}${hex(sealed)}`, 72]);
});

it('a root key opens with its master key, in its store, and whole', () => {
  expect(unwrapRoot(secretOf(7), storeId, wrap)?.equals(rootKey)).toBe(true);
  const other = storeId.map((byte) => byte + 1);
  const refused = [
    isUnder(secretOf(8), storeId, wrap),
    isUnder(secretOf(7), other, wrap),
    ...everyFlip(wrap.sealed).map((sealed) => isUnder(secretOf(7), storeId, { ...wrap, sealed })),
  ];
  expect([isUnder(secretOf(7), storeId, wrap), new Set(refused)]).toEqual([true, new Set([false])]);
});
