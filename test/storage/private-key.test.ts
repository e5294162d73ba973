import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import { privateKey } from '../../storage/private-key.ts';
import { Secret } from '../../storage/secret.ts';

const secretOf = (digits: string): Secret => Secret.of(Buffer.from(digits, 'hex'));

/** RFC 8032, section 7.1, test 3; RFC 7748, section 6.1, the key of Bob. */
const keys = [
  {
    curve: 'Ed25519',
    secret: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  },
  {
    curve: 'X25519',
    secret: '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
    publicKey: 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
  },
] as const;

describe('a private key', () => {
  it.each(keys)('of $curve has the public key of its RFC', ({ curve, secret, publicKey }) => {
    const { x } = createPublicKey(privateKey(curve, secretOf(secret))).export({ format: 'jwk' });
    expect(hex(Buffer.from(x ?? '', 'base64url'))).toBe(publicKey);
  });

  it('is none once its secret was wiped', () => {
    const gone = secretOf('01'.repeat(32));
    gone.wipe();
    expect(() => privateKey('X25519', gone)).toThrow('the key was wiped');
  });
});
