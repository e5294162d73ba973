import crypto, { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encapsulate, kemKey } from '../../../runtime/world/ml-kem.ts';
import { unhex } from '../../actors/peer/wire/backends.ts';

const seed = new Uint8Array(64).fill(3);
const entropy = new Uint8Array(32).fill(4);

/** By OpenSSL, from Node 24.7 on. */
type Native = (key: KeyObject, ciphertext: Uint8Array) => Buffer;
const native: unknown = Reflect.get(crypto, 'decapsulate');
const isNative = (found: unknown): found is Native => typeof found === 'function';

/** What DER puts before a seed of ML-KEM-768 (RFC 9935). */
const PREFIX = unhex('3054020100300b060960864801650304040204428040');

describe('ML-KEM-768', () => {
  it('gives both sides one secret, which follows from what was drawn', () => {
    const [made, again] = [0, 1].map(() => encapsulate(kemKey(seed).publicKey, entropy));
    expect(made).toEqual(again);
    expect(kemKey(seed).decapsulate(made?.ciphertext ?? seed)).toEqual(made?.secret);
    const other = encapsulate(kemKey(seed).publicKey, entropy.with(0, 5));
    expect(other?.secret).not.toEqual(made?.secret);
  });

  it('has another secret for a ciphertext that was changed, and says nothing of it', () => {
    const made = encapsulate(kemKey(seed).publicKey, entropy);
    const changed = made?.ciphertext.with(7, (made.ciphertext[7] ?? 0) ^ 1) ?? seed;
    const secrets = [0, 1].map(() => kemKey(seed).decapsulate(changed));
    expect(secrets[0]).toEqual(secrets[1]);
    expect(secrets[0]).not.toEqual(made?.secret);
    expect(secrets[0]?.length).toBe(32);
  });

  it('takes no key of another length, or with a number that is not below 3,329', () => {
    const { publicKey } = kemKey(seed);
    const given = [
      ...[publicKey.subarray(1), Uint8Array.of(...publicKey, 0), new Uint8Array(0)],
      ...[publicKey.with(0, 0x01).with(1, 0x0d), publicKey.with(1150, 0xff).with(1151, 0xff)],
    ];
    expect(given.map((key) => encapsulate(key, entropy))).toEqual(given.map(() => undefined));
    expect(encapsulate(publicKey.with(0, 0x00).with(1, 0x0d), entropy)).toBeDefined();
  });

  it('takes no ciphertext of another length, and none twice', () => {
    const made = encapsulate(kemKey(seed).publicKey, entropy);
    const ciphertext = made?.ciphertext ?? seed;
    expect(() => kemKey(seed).decapsulate(ciphertext.subarray(1))).toThrow(
      new RangeError('a ciphertext has 1088 bytes'),
    );
    const key = kemKey(seed);
    key.decapsulate(ciphertext);
    expect(() => key.decapsulate(ciphertext)).toThrow();
  });

  it.runIf(isNative(native))('is that of OpenSSL, bad ciphertexts too', () => {
    if (!isNative(native)) return;
    const der = Buffer.concat([PREFIX, seed]);
    const theirs = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(theirs).export({ format: 'der', type: 'spki' });
    const { publicKey } = kemKey(seed);
    expect(new Uint8Array(spki.subarray(-1184))).toEqual(publicKey);
    const made = encapsulate(publicKey, entropy);
    const good = made?.ciphertext ?? seed;
    for (const ciphertext of [good, good.with(0, (good[0] ?? 0) ^ 1)]) {
      const secret = kemKey(seed).decapsulate(ciphertext);
      expect(new Uint8Array(native(theirs, ciphertext))).toEqual(secret);
    }
  });
});
