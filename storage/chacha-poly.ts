import { createCipheriv, createDecipheriv, getCiphers } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { plain as plainBytes } from './bytes.ts';

export interface ChaChaPoly {
  /** ChaCha20-Poly1305 (RFC 8439) into the first `plain.length + 16` bytes of `into`. */
  encrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    plain: Uint8Array,
    into: Uint8Array,
  ): void;
  /** Undefined if it was not sealed so. */
  decrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | undefined;
}

const NAME = 'chacha20-poly1305';

/** What it adds to the bytes that it encrypts. */
export const TAG_BYTES = 16;

const OPTIONS = { authTagLength: TAG_BYTES };

/** Below 1 KiB, too, it is faster here than @noble/ciphers. */
const native: ChaChaPoly = {
  encrypt(key, nonce, associated, plain, into) {
    const cipher = createCipheriv(NAME, key, nonce, OPTIONS);
    if (associated.length > 0) cipher.setAAD(associated, { plaintextLength: plain.length });
    into.set(cipher.update(plain));
    cipher.final();
    into.set(cipher.getAuthTag(), plain.length);
  },

  decrypt(key, nonce, associated, sealed) {
    const end = sealed.length - TAG_BYTES;
    if (end < 0) return undefined;
    const decipher = createDecipheriv(NAME, key, nonce, OPTIONS);
    if (associated.length > 0) decipher.setAAD(associated, { plaintextLength: end });
    decipher.setAuthTag(sealed.subarray(end));
    const opened = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch {
      opened.fill(0);
      return undefined;
    }
    return plainBytes(opened);
  },
};

/** For builds of Node whose OpenSSL has no such cipher, as in FIPS mode. */
export const portable: ChaChaPoly = {
  encrypt(key, nonce, associated, plain, into) {
    into.set(chacha20poly1305(key, nonce, associated).encrypt(plain));
  },

  decrypt(key, nonce, associated, sealed) {
    try {
      return chacha20poly1305(key, nonce, associated).decrypt(sealed);
    } catch {
      return undefined;
    }
  },
};

export const chaChaPoly: ChaChaPoly = getCiphers().includes(NAME) ? native : portable;
