import { describe, expect, it } from 'vitest';
import { chaChaPoly, portable } from '../../storage/chacha-poly.ts';
import fc from '../fast-check.ts';
import { everyFlip } from './sealing.ts';

const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const bytes = fc.uint8Array({ maxLength: 300 });
const [key, nonce, beside] = [new Uint8Array(32).fill(7), new Uint8Array(12), Uint8Array.of(1)];

function sealed(cipher: typeof portable, ...given: Parameters<typeof portable.decrypt>) {
  const [drawn, once, associated, plain] = given;
  const into = new Uint8Array(plain.length + 16);
  cipher.encrypt(drawn, once, associated, plain, into);
  return into;
}

describe('ChaCha20-Poly1305', () => {
  it('is the same of OpenSSL and of its portable twin, which open what the other sealed', () => {
    expect(chaChaPoly).not.toBe(portable);
    fc.assert(
      fc.property(fixed(32), fixed(12), bytes, bytes, (drawn, once, associated, plain) => {
        const given = [drawn, once, associated] as const;
        const [one, other] = [
          sealed(chaChaPoly, ...given, plain),
          sealed(portable, ...given, plain),
        ];
        expect(one).toEqual(other);
        expect(portable.decrypt(...given, one)).toEqual(plain);
        expect(chaChaPoly.decrypt(...given, other)).toEqual(plain);
      }),
    );
  });

  it.each([
    ['OpenSSL', chaChaPoly],
    ['its twin', portable],
  ])('of %s does not open when changed, cut, or beside other data', (_, cipher) => {
    const whole = sealed(cipher, key, nonce, beside, Uint8Array.of(1, 2, 3));
    const wrong = [...everyFlip(whole), whole.subarray(1), whole.subarray(0, 15)];
    const opened = wrong.map((changed) => cipher.decrypt(key, nonce, beside, changed));
    expect(opened).toEqual(wrong.map(() => undefined));
    expect(cipher.decrypt(key, nonce, Uint8Array.of(2), whole)).toBeUndefined();
    expect(cipher.decrypt(key, nonce.with(0, 4), beside, whole)).toBeUndefined();
  });
});
