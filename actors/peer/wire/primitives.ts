import type { ChaChaPolyOf } from '../../../storage/chacha-poly.ts';
import type { SigningKey } from '../../../storage/ed25519.ts';
import type { Secret } from '../../../storage/secret.ts';

/** An X25519 key, imported once. */
export interface AgreementKey {
  readonly publicKey: Uint8Array;
  /** Undefined if that is all zeros (a point of small order), or `theirs` has not 32 bytes. */
  agree(theirs: Uint8Array): Uint8Array | undefined;
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
  /** Ed25519 (RFC 8032). */
  identityKey(seed: Secret): SigningKey;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
