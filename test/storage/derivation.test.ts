import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { derive, hkdf, mac, type Purpose } from '../../storage/derivation.ts';
import { Secret } from '../../storage/secret.ts';
import fc from '../fast-check.ts';
import { secretOf, storeId } from './sealing.ts';

const hmac = (key: Uint8Array, ...parts: (Uint8Array | string)[]): Uint8Array => {
  const sum = createHmac('sha256', key);
  for (const part of parts) sum.update(part);
  return Uint8Array.from(sum.digest());
};

/** RFC 5869, step by step. */
function hkdfByHand(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number) {
  const prk = hmac(salt, ikm);
  let block = new Uint8Array();
  const okm: number[] = [];
  for (let count = 1; okm.length < length; count++) {
    block = Uint8Array.from(hmac(prk, block, info, Uint8Array.of(count)));
    okm.push(...block);
  }
  return Uint8Array.from(okm.slice(0, length));
}

const purposes: readonly Purpose[] = [
  ...(['check', 'keys', 'head', 'papers', 'peer', 'signer', 'spool', 'state'] as const),
  ...(['witness', 'witness-file', 'lists', 'archive', 'ring', 'wrap'] as const),
];
const bytesOf = (secret: Secret) => secret.use((bytes) => Uint8Array.from(bytes));

describe('a derivation', () => {
  it('is HKDF-SHA256, at any length', () => {
    const bytes = fc.uint8Array({ maxLength: 99 });
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        key,
        bytes,
        bytes,
        fc.integer({ min: 1, max: 200 }),
        (ikm, salt, info, length) => {
          const expected = hkdfByHand(ikm, salt, info, length);
          expect(hkdf(Secret.of(ikm), salt, info, length)).toStrictEqual(expected);
        },
      ),
    );
  });

  it.each(purposes)('for "%s" takes the store for salt, and the purpose for info', (purpose) => {
    const info = Buffer.from(`holdfast/v1/${purpose}`);
    const expected = hkdfByHand(new Uint8Array(32).fill(7), storeId, info, 32);
    expect(bytesOf(derive(secretOf(7), storeId, purpose))).toEqual(expected);
  });

  it('makes another key of another master key, store or purpose', () => {
    const keys = [
      derive(secretOf(7), storeId, 'keys'),
      derive(secretOf(8), storeId, 'keys'),
      derive(secretOf(7), storeId.toReversed(), 'keys'),
      derive(secretOf(7), storeId, 'head'),
    ];
    const equal = keys.flatMap((key, at) =>
      keys.map((other, to) => at !== to && key.equals(other)),
    );
    expect(equal).not.toContain(true);
  });
});

describe('a MAC', () => {
  it('is HMAC-SHA256 of the parts, joined', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (parts) => {
        const expected = hmac(new Uint8Array(32).fill(7), Buffer.concat(parts));
        expect(mac(secretOf(7), ...parts)).toStrictEqual(expected);
      }),
    );
  });
});
