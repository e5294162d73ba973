import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { AgreementKey, Primitives } from '../../actors/peer/wire/primitives.ts';
import { concat, plain as plainBytes, sha256 } from '../../storage/bytes.ts';
import { mac } from '../../storage/derivation.ts';
import { ed25519Verify, signingKey } from '../../storage/ed25519.ts';
import type { Secret } from '../../storage/secret.ts';
import { chaChaPoly } from './chacha-poly.ts';

const NO_INFO = new Uint8Array();

/** What DER puts before the 32 bytes of a private X25519 key (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** By node:crypto. */
export const primitives: Primitives = {
  ...chaChaPoly,
  sha256,
  mac,
  hkdf: (chainingKey, material, length) =>
    new Uint8Array(hkdfSync('sha256', material, chainingKey, NO_INFO, length)),
  agreementKey,
  identityKey: signingKey,
  verify: ed25519Verify,
};

function agreementKey(secret: Secret): AgreementKey {
  const privateKey = importPrivate(secret);
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    publicKey: Uint8Array.from(Buffer.from(x, 'base64url')),
    agree(theirs) {
      if (theirs.length !== 32) return undefined;
      // As JWK, for OpenSSL takes ten times as long with DER. Secrets never are such texts.
      const key = { kty: 'OKP', crv: 'X25519', x: Buffer.from(theirs).toString('base64url') };
      const publicKey = createPublicKey({ key, format: 'jwk' });
      try {
        return plainBytes(diffieHellman({ privateKey, publicKey }));
      } catch {
        return undefined;
      }
    },
  };
}

function importPrivate(secret: Secret): KeyObject {
  const der = secret.use((bytes) => concat(PRIVATE_PREFIX, bytes));
  const key = createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' });
  der.fill(0);
  return key;
}
