import type { ChaChaPolyOf } from '../../../storage/chacha-poly.ts';
import type { SigningKey } from '../../../storage/ed25519.ts';
import type { Secret } from '../../../storage/secret.ts';

/** An X25519 key, imported once. */
export interface AgreementKey {
  readonly publicKey: Uint8Array;
  /** Undefined if that is all zeros (a point of small order), or `theirs` has not 32 bytes. */
  agree(theirs: Uint8Array): Uint8Array | undefined;
}

/** A key pair of ML-KEM-768 (FIPS 203), for one handshake. */
export interface KemKey {
  readonly publicKey: Uint8Array;
  /**
   * Once, and the key is gone. A ciphertext that is not of this key has a secret, too, which nobody
   * else has. @throws {RangeError} unless it has 1,088 bytes.
   */
  decapsulate(ciphertext: Uint8Array): Uint8Array;
}

export interface Encapsulated {
  readonly ciphertext: Uint8Array;
  readonly secret: Uint8Array;
}

/**
 * The arithmetic that the wire is made of. Keeps nothing, and draws nothing but fresh keys: no
 * decision and no length depends on those, so that a run still replays from its seed.
 */
export interface Primitives {
  readonly chaChaPoly: ChaChaPolyOf;
  sha256(...parts: Uint8Array[]): Uint8Array;
  /** HMAC-SHA-256 of the parts, joined. */
  mac(key: Secret, ...parts: Uint8Array[]): Uint8Array;
  /** HKDF-SHA-256 with an empty info: Noise's HKDF, its outputs in a row. */
  hkdf(chainingKey: Uint8Array, material: Uint8Array, length: number): Uint8Array;
  agreementKey(secret: Secret): AgreementKey;
  /** One of its own each time, for one handshake. */
  freshKey(): AgreementKey;
  /** Of 64 bytes, which the caller wipes. */
  kemKey(seed: Uint8Array): KemKey;
  /** By 32 bytes, which the caller wipes. Undefined unless FIPS 203, 7.2, takes the key. */
  encapsulate(publicKey: Uint8Array, entropy: Uint8Array): Encapsulated | undefined;
  /** Ed25519 (RFC 8032). */
  identityKey(seed: Secret): SigningKey;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
