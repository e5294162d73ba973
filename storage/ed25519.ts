import { createPublicKey, sign, verify } from 'node:crypto';
import { plain } from './bytes.ts';
import { privateKey } from './private-key.ts';
import type { Secret } from './secret.ts';

export const PUBLIC_KEY_BYTES = 32;

/** What DER puts before the 32 bytes of a public key (RFC 8410). */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** A key of RFC 8032 that was imported once. */
export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** Keeps nothing of the seed in the heap: the caller wipes it. */
export function signingKey(seed: Secret): SigningKey {
  const key = privateKey('Ed25519', seed);
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = Uint8Array.from(der.subarray(PUBLIC_PREFIX.length));
  return { publicKey, sign: (message) => plain(sign(null, message, key)) };
}

/** Whether the signature is that of the key; false too for bytes that are no key or signature. */
export function ed25519Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return false;
  // As JWK, for OpenSSL takes ten times as long with DER.
  const key = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
  return verify(null, message, createPublicKey({ key, format: 'jwk' }), signature);
}
