import { describe, expect, it } from 'vitest';
import { type ChaChaPoly, chaChaPoly, portable } from '../../storage/chacha-poly.ts';
import fc from '../fast-check.ts';
import { everyFlip } from './sealing.ts';

const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const bytes = fc.uint8Array({ maxLength: 300 });
const [key, nonce, beside] = [new Uint8Array(32).fill(7), new Uint8Array(12), Uint8Array.of(1)];

function sealed(cipher: ChaChaPoly, ...given: Parameters<ChaChaPoly['decrypt']>) {
  const [once, associated, plain] = given;
  const into = new Uint8Array(plain.length + 16);
  cipher.encrypt(once, associated, plain, into);
  return into;
}

describe('ChaCha20-Poly1305', () => {
  it('is the same of OpenSSL and of its portable twin, which open what the other sealed', () => {
    expect(chaChaPoly).not.toBe(portable);
    fc.assert(
      fc.property(fixed(32), fixed(12), bytes, bytes, (drawn, once, associated, plain) => {
        const [ours, twin] = [chaChaPoly(drawn), portable(drawn)];
        const one = sealed(ours, once, associated, plain);
        const other = sealed(twin, once, associated, plain);
        expect(one).toEqual(other);
        expect(twin.decrypt(once, associated, one)).toEqual(plain);
        expect(ours.decrypt(once, associated, other)).toEqual(plain);
      }),
    );
  });

  it.each([
    ['OpenSSL', chaChaPoly],
    ['its twin', portable],
  ])('of %s does not open when changed, cut, or beside other data', (_, cipherOf) => {
    const cipher = cipherOf(key);
    const whole = sealed(cipher, nonce, beside, Uint8Array.of(1, 2, 3));
    const wrong = [...everyFlip(whole), whole.subarray(1), whole.subarray(0, 15)];
    const opened = wrong.map((changed) => cipher.decrypt(nonce, beside, changed));
    expect(opened).toEqual(wrong.map(() => undefined));
    expect(cipher.decrypt(nonce, Uint8Array.of(2), whole)).toBeUndefined();
    expect(cipher.decrypt(nonce.with(0, 4), beside, whole)).toBeUndefined();
  });

  it.each([
    ['OpenSSL', chaChaPoly],
    ['its twin', portable],
  ])('of %s keeps its key when whoever gave it wipes his own', (_, cipherOf) => {
    const given = key.slice();
    const cipher = cipherOf(given);
    given.fill(0);
    const whole = sealed(cipherOf(key), nonce, beside, Uint8Array.of(1, 2, 3));
    expect(cipher.decrypt(nonce, beside, whole)).toEqual(Uint8Array.of(1, 2, 3));
  });
});
