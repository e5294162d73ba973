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
import { ed25519Sign, ed25519Verify, publicKeyOf } from '../../storage/ed25519.ts';
import type { Secret } from '../../storage/secret.ts';
import { chaChaPoly } from './chacha-poly.ts';

const NO_INFO = new Uint8Array();

/** What DER puts before the 32 bytes of an X25519 key (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** By node:crypto. */
export const primitives: Primitives = {
  ...chaChaPoly,
  sha256,
  mac,
  hkdf: (chainingKey, material, length) =>
    new Uint8Array(hkdfSync('sha256', material, chainingKey, NO_INFO, length)),
  agreementKey,
  identityKey: publicKeyOf,
  sign: ed25519Sign,
  verify: ed25519Verify,
};

function agreementKey(secret: Secret): AgreementKey {
  const privateKey = importPrivate(secret);
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    publicKey: Uint8Array.from(spki.subarray(PUBLIC_PREFIX.length)),
    agree(theirs) {
      if (theirs.length !== 32) return undefined;
      const key = Buffer.from(concat(PUBLIC_PREFIX, theirs));
      const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
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
