import { hchacha } from '@noble/ciphers/chacha.js';
import { concat, text } from './bytes.ts';
import { type ChaChaPoly, chaChaPoly, TAG_BYTES } from './chacha-poly.ts';
import type { RandomBytes } from './ports.ts';
import type { Secret } from './secret.ts';

/** What sealing takes: the key of one purpose, the store it is for, and where nonces come from. */
export interface SealTools {
  readonly key: Secret;
  readonly storeId: Uint8Array;
  readonly random: RandomBytes;
}

export const NONCE_BYTES = 24;

/** What a seal adds to the bytes it is put on. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/** As ChaCha20 begins. */
const SIGMA = wordsOf(text('expand 32-byte k'));

/** A copy as 32-bit words, in the order of bytes that this machine has. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}

/** Lends `work` the cipher and the nonce that the X in front makes of key and nonce. */
function withSubkey<Result>(
  key: Secret,
  nonce: Uint8Array,
  work: (cipher: ChaChaPoly, nonce: Uint8Array) => Result,
): Result {
  const subkey = new Uint8Array(32);
  key.use((bytes) => {
    const words = wordsOf(bytes);
    hchacha(SIGMA, words, wordsOf(nonce.subarray(0, 16)), new Uint32Array(subkey.buffer));
    words.fill(0);
  });
  try {
    return work(chaChaPoly(subkey), concat(new Uint8Array(4), nonce.subarray(16)));
  } finally {
    subkey.fill(0);
  }
}

/**
 * XChaCha20-Poly1305: `nonce || ciphertext || tag`.
 * @param nonce 24 random bytes, never used before under this key.
 * @throws {RangeError} if it has another length.
 */
export function seal(
  key: Secret,
  nonce: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  if (nonce.length !== NONCE_BYTES) {
    throw new RangeError(`nonce must have ${NONCE_BYTES} bytes, got ${nonce.length}`);
  }
  return withSubkey(key, nonce, (cipher, rest) => {
    const sealed = new Uint8Array(plain.length + SEAL_BYTES);
    sealed.set(nonce);
    cipher.encrypt(rest, aad, plain, sealed.subarray(NONCE_BYTES));
    return sealed;
  });
}

/** What was sealed; undefined if it was not, or not under this key and with this `aad`. */
export function unseal(key: Secret, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < SEAL_BYTES) return undefined;
  return withSubkey(key, sealed.subarray(0, NONCE_BYTES), (cipher, rest) =>
    cipher.decrypt(rest, aad, sealed.subarray(NONCE_BYTES)),
  );
}
