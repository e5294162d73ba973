import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat } from './bytes.ts';
import type { RandomBytes } from './ports.ts';
import type { Secret } from './secret.ts';

/** What sealing takes: the key of one purpose, the store it is for, and where nonces come from. */
export interface SealTools {
  readonly key: Secret;
  readonly storeId: Uint8Array;
  readonly random: RandomBytes;
}

export const NONCE_BYTES = 24;

const TAG_BYTES = 16;

/** What a seal adds to the bytes it is put on. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/**
 * XChaCha20-Poly1305: `nonce || ciphertext || tag`.
 * @param nonce 24 random bytes, never used before under this key.
 */
export const seal = (
  key: Secret,
  nonce: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
): Uint8Array =>
  key.use((bytes) => concat(nonce, xchacha20poly1305(bytes, nonce, aad).encrypt(plain)));

/** What was sealed; undefined if it was not, or not under this key and with this `aad`. */
export function unseal(key: Secret, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < SEAL_BYTES) return undefined;
  return key.use((bytes) => {
    const cipher = xchacha20poly1305(bytes, sealed.subarray(0, NONCE_BYTES), aad);
    try {
      return cipher.decrypt(sealed.subarray(NONCE_BYTES));
    } catch {
      return undefined;
    }
  });
}
