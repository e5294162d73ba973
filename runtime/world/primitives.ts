import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { AgreementKey, Primitives } from '../../actors/peer/wire/primitives.ts';
import { plain as plainBytes, sha256 } from '../../storage/bytes.ts';
import { chaChaPoly } from '../../storage/chacha-poly.ts';
import { mac } from '../../storage/derivation.ts';
import { ed25519Verify, signingKey } from '../../storage/ed25519.ts';
import { hkdf } from '../../storage/hkdf.ts';
import { privateKey } from '../../storage/private-key.ts';
import { encapsulate, kemKey } from './ml-kem.ts';

const PUBLIC_BYTES = 32;
const NO_INFO = new Uint8Array();

/** By node:crypto, but for ML-KEM. */
export const primitives: Primitives = {
  chaChaPoly,
  sha256,
  mac,
  hkdf: (chainingKey, material, length) => hkdf(material, chainingKey, NO_INFO, length),
  agreementKey(secret) {
    const key = privateKey('X25519', secret);
    return keyOf(key, createPublicKey(key));
  },
  // OpenSSL draws one in a tenth of the time that it takes to import one.
  freshKey() {
    const fresh = generateKeyPairSync('x25519');
    return keyOf(fresh.privateKey, fresh.publicKey);
  },
  kemKey,
  encapsulate,
  identityKey: signingKey,
  verify: ed25519Verify,
};

/**
 * Trap: never as JWK, for which Node holds the lock of the key; if it sweeps meanwhile, and what
 * drew that key is swept, that waits for the lock, and all of the process for ever.
 */
const publicBytes = (key: KeyObject): Uint8Array =>
  Uint8Array.from(key.export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_BYTES));

function keyOf(ours: KeyObject, itsPublic: KeyObject): AgreementKey {
  return {
    publicKey: publicBytes(itsPublic),
    agree(theirs) {
      if (theirs.length !== PUBLIC_BYTES) return undefined;
      // As JWK, for OpenSSL takes ten times as long with DER. Secrets never are such texts.
      const key = { kty: 'OKP', crv: 'X25519', x: Buffer.from(theirs).toString('base64url') };
      const publicKey = createPublicKey({ key, format: 'jwk' });
      try {
        return plainBytes(diffieHellman({ privateKey: ours, publicKey }));
      } catch {
        return undefined;
      }
    },
  };
}
