import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { kemBytes } from '../../actors/peer/wire/noise.ts';
import type { Encapsulated, KemKey } from '../../actors/peer/wire/primitives.ts';

/** By @noble: what Node has from version 24.7 on takes no seed, and no run would replay. */
export function kemKey(seed: Uint8Array): KemKey {
  const { publicKey, secretKey } = ml_kem768.keygen(seed);
  return {
    publicKey,
    decapsulate(ciphertext) {
      if (ciphertext.length !== kemBytes.ciphertext) {
        throw new RangeError(`a ciphertext has ${kemBytes.ciphertext} bytes`);
      }
      const secret = ml_kem768.decapsulate(ciphertext, secretKey);
      secretKey.fill(0);
      return secret;
    },
  };
}

export function encapsulate(publicKey: Uint8Array, entropy: Uint8Array): Encapsulated | undefined {
  try {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, entropy);
    return { ciphertext: cipherText, secret: sharedSecret };
  } catch {
    return undefined;
  }
}
