import {
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { AgreementKey, Primitives } from '../../actors/peer/wire/primitives.ts';
import { plain as plainBytes, sha256 } from '../../storage/bytes.ts';
import { chaChaPoly } from '../../storage/chacha-poly.ts';
import { mac } from '../../storage/derivation.ts';
import { ed25519Verify, signingKey } from '../../storage/ed25519.ts';
import { privateKey } from '../../storage/private-key.ts';

const NO_INFO = new Uint8Array();

/** By node:crypto. */
export const primitives: Primitives = {
  chaChaPoly,
  sha256,
  mac,
  hkdf: (chainingKey, material, length) =>
    new Uint8Array(hkdfSync('sha256', material, chainingKey, NO_INFO, length)),
  agreementKey: (secret) => keyOf(privateKey('X25519', secret)),
  // OpenSSL draws one in a tenth of the time that it takes to import one.
  freshKey: () => keyOf(generateKeyPairSync('x25519').privateKey),
  identityKey: signingKey,
  verify: ed25519Verify,
};

function keyOf(ours: KeyObject): AgreementKey {
  const { x = '' } = createPublicKey(ours).export({ format: 'jwk' });
  return {
    publicKey: Uint8Array.from(Buffer.from(x, 'base64url')),
    agree(theirs) {
      if (theirs.length !== 32) return undefined;
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
