import { createPublicKey, sign, verify } from 'node:crypto';
import { plain } from './bytes.ts';
import { privateKey } from './private-key.ts';
import type { Secret } from './secret.ts';

export const PUBLIC_KEY_BYTES = 32;

/** What DER puts before the 32 bytes of a public key (RFC 8410). */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** RFC 8032: the public key, 32 bytes, of a private one. */
export const publicKeyOf = (seed: Secret): Uint8Array => {
  const der = createPublicKey(privateKey('Ed25519', seed)).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(der.subarray(PUBLIC_PREFIX.length));
};

/** RFC 8032: the signature, 64 bytes. */
export const ed25519Sign = (seed: Secret, message: Uint8Array): Uint8Array =>
  plain(sign(null, message, privateKey('Ed25519', seed)));

/** A key that was imported once. */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export function signingKey(seed: Secret): SigningKey {
  const key = privateKey('Ed25519', seed);
  return { publicKey: publicKeyOf(seed), sign: (message) => plain(sign(null, message, key)) };
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
