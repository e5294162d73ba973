import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  getCiphers,
  type KeyObject,
} from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { giveBack, plain as plainBytes } from './bytes.ts';

/** ChaCha20-Poly1305 (RFC 8439) under one key. */
export interface ChaChaPoly {
  /** Into the first `plain.length + 16` bytes of `into`. */
  encrypt(nonce: Uint8Array, associated: Uint8Array, plain: Uint8Array, into: Uint8Array): void;
  /** Undefined if it was not sealed so. */
  decrypt(nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** With a copy of the key, which goes with it: whoever gave it wipes his own. */
export type ChaChaPolyOf = (key: Uint8Array) => ChaChaPoly;

const NAME = 'chacha20-poly1305';

/** What it adds to the bytes that it encrypts. */
export const TAG_BYTES = 16;

const OPTIONS = { authTagLength: TAG_BYTES };

/** Below 1 KiB, too, it is faster here than @noble/ciphers. */
class Native implements ChaChaPoly {
  /** Imported once: from bytes, Node 24 takes 12 us for that, each time. */
  readonly #key: KeyObject;

  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  encrypt(nonce: Uint8Array, associated: Uint8Array, plain: Uint8Array, into: Uint8Array): void {
    const cipher = createCipheriv(NAME, this.#key, nonce, OPTIONS);
    if (associated.length > 0) cipher.setAAD(associated, { plaintextLength: plain.length });
    const sealed = cipher.update(plain);
    into.set(sealed);
    giveBack(sealed);
    cipher.final();
    into.set(cipher.getAuthTag(), plain.length);
  }

  decrypt(nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - TAG_BYTES;
    if (end < 0) return undefined;
    const decipher = createDecipheriv(NAME, this.#key, nonce, OPTIONS);
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
  }
}

/** For builds of Node whose OpenSSL has no such cipher, as in FIPS mode. */
export const portable: ChaChaPolyOf = (given) => {
  const key = Uint8Array.from(given);
  return {
    encrypt(nonce, associated, plain, into) {
      into.set(chacha20poly1305(key, nonce, associated).encrypt(plain));
    },

    decrypt(nonce, associated, sealed) {
      try {
        return chacha20poly1305(key, nonce, associated).decrypt(sealed);
      } catch {
        return undefined;
      }
    },
  };
};

export const chaChaPoly: ChaChaPolyOf = getCiphers().includes(NAME)
  ? (key) => new Native(key)
  : portable;
