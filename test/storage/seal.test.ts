import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, it } from 'vitest';
import { concat, hex, text } from '../../storage/bytes.ts';
import { seal, unseal } from '../../storage/seal.ts';
import { Secret } from '../../storage/secret.ts';
import fc from '../fast-check.ts';
import { codeOf, everyFlip, secretOf } from './sealing.ts';

const fromHex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'));

/** Appendix A.3.1 of draft-irtf-cfrg-xchacha-03. */
const draft = {
  key: Secret.of(Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index)),
  nonce: Uint8Array.from({ length: 24 }, (_, index) => 0x40 + index),
  aad: fromHex('50515253c0c1c2c3c4c5c6c7'),
  plain: text(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
      'sunscreen would be it.',
  ),
  ciphertext:
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa644' +
    '0bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e' +
    '3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e',
  tag: 'c0875924c1c7987947deafd8780acf49',
};

describe('a seal', () => {
  it('is the one of the draft, behind its nonce', () => {
    const sealed = seal(draft.key, draft.nonce, draft.aad, draft.plain);
    expect(hex(sealed)).toBe(hex(draft.nonce) + draft.ciphertext + draft.tag);
    expect(unseal(draft.key, draft.aad, sealed)).toEqual(draft.plain);
  });

  it('is what the library makes of the whole', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const [key, nonce] = [32, 24].map((length) =>
      fc.uint8Array({ minLength: length, maxLength: length }),
    );
    fc.assert(
      fc.property(key ?? bytes, nonce ?? bytes, bytes, bytes, (drawn, once, aad, plain) => {
        const sealed = seal(Secret.of(drawn), once, aad, plain);
        const twin = xchacha20poly1305(drawn, once, aad).encrypt(plain);
        expect(hex(sealed)).toBe(hex(once) + hex(twin));
      }),
    );
  });

  it('gives back what was sealed, be it nothing', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const nonce = fc.uint8Array({ minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(nonce, bytes, bytes, (drawn, aad, plain) => {
        const sealed = seal(secretOf(1), drawn, aad, plain);
        expect(unseal(secretOf(1), aad, sealed)).toEqual(plain);
        expect(sealed.length).toBe(plain.length + 40);
      }),
    );
  });

  it('does not open with a byte changed, another key, other data beside it, or cut', () => {
    const sealed = seal(draft.key, draft.nonce, draft.aad, draft.plain);
    const opened = [
      ...everyFlip(sealed).map((other) => unseal(draft.key, draft.aad, other)),
      unseal(secretOf(1), draft.aad, sealed),
      unseal(draft.key, draft.aad.subarray(1), sealed),
      unseal(draft.key, draft.aad, concat(sealed, Uint8Array.of(0))),
      ...Array.from(sealed, (_, length) =>
        unseal(draft.key, draft.aad, sealed.subarray(0, length)),
      ),
    ];
    expect(opened.filter((plain) => plain !== undefined)).toEqual([]);
  });

  it('takes a nonce of 24 bytes only', () => {
    expect(() => seal(secretOf(1), new Uint8Array(12), new Uint8Array(), new Uint8Array())).toThrow(
      'nonce',
    );
  });

  it('under a wiped key is not mistaken for a broken one', () => {
    const key = secretOf(1);
    key.wipe();
    expect(codeOf(() => unseal(key, new Uint8Array(), new Uint8Array(40)))).toBe('KEY_MISSING');
  });
});
