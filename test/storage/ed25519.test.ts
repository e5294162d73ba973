import { describe, expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import { ed25519Verify, signingKey } from '../../storage/ed25519.ts';
import { Secret } from '../../storage/secret.ts';
import { bitsFlipped } from './proofs/rfc6962.ts';

const bytes = (digits: string): Uint8Array => Buffer.from(digits, 'hex');

/** Test 3 of RFC 8032, section 7.1. */
const seed = Secret.of(bytes('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7'));
const publicKey = bytes('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025');
const message = bytes('af82');
const signature = bytes(
  '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
    '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
);

describe('Ed25519', () => {
  it('is that of RFC 8032', () => {
    const key = signingKey(seed);
    expect([hex(key.publicKey), hex(key.sign(message))]).toEqual([hex(publicKey), hex(signature)]);
    expect(ed25519Verify(publicKey, message, signature)).toBe(true);
  });

  it('tells any bit of key, message or signature that is another', () => {
    const held = [
      ...bitsFlipped(publicKey).filter((key) => ed25519Verify(key, message, signature)),
      ...bitsFlipped(message).filter((other) => ed25519Verify(publicKey, other, signature)),
      ...bitsFlipped(signature).filter((other) => ed25519Verify(publicKey, message, other)),
    ];
    expect(held).toEqual([]);
  });

  it('takes no bytes for a key or a signature that are none', () => {
    expect([
      ed25519Verify(publicKey.subarray(1), message, signature),
      ed25519Verify(Buffer.concat([publicKey, publicKey]), message, signature),
      ed25519Verify(publicKey, message, signature.subarray(1)),
      ed25519Verify(publicKey, message, new Uint8Array()),
    ]).toEqual([false, false, false, false]);
  });

  it('imports no key that was wiped, and goes on with one that was imported before', () => {
    const given = Secret.of(bytes('01'.repeat(32)));
    const key = signingKey(given);
    const before = key.sign(message);
    given.wipe();
    expect(key.sign(message)).toEqual(before);
    const gone = Secret.of(bytes('01'.repeat(32)));
    gone.wipe();
    expect(() => signingKey(gone)).toThrow('the key was wiped');
  });
});
