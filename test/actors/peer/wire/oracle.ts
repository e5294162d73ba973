import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { AgreementKey, Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { encapsulate, kemKey } from '../../../../runtime/world/ml-kem.ts';
import { concat } from '../../../../storage/bytes.ts';

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const keyOf = (own: Uint8Array): AgreementKey => ({
  publicKey: x25519.getPublicKey(own),
  agree: (theirs) => attempt(() => x25519.getSharedSecret(own, theirs)),
});

/** The same arithmetic, wholly by @noble, as ML-KEM is anyway: what ours is compared with. */
export const oracle: Primitives = {
  sha256: (...parts) => sha256(concat(...parts)),
  mac: (key, ...parts) => key.use((bytes) => hmac(sha256, bytes, concat(...parts))),
  hkdf: (chainingKey, material, length) =>
    hkdf(sha256, material, chainingKey, new Uint8Array(), length),
  agreementKey: (secret) => keyOf(secret.use((bytes) => Uint8Array.from(bytes))),
  freshKey: () => keyOf(x25519.utils.randomSecretKey()),
  kemKey,
  encapsulate,
  identityKey: (seed) => ({
    publicKey: seed.use((bytes) => ed25519.getPublicKey(bytes)),
    sign: (message) => seed.use((bytes) => ed25519.sign(message, bytes)),
  }),
  verify: (publicKey, message, signature) =>
    attempt(() => ed25519.verify(signature, message, publicKey, { zip215: false })) ?? false,
  chaChaPoly(given) {
    const key = Uint8Array.from(given);
    return {
      encrypt(nonce, associated, plain, into) {
        into.set(chacha20poly1305(key, nonce, associated).encrypt(plain));
      },
      decrypt: (nonce, associated, sealed) =>
        attempt(() => chacha20poly1305(key, nonce, associated).decrypt(sealed)),
    };
  },
};
