import { describe, expect, it } from 'vitest';
import { signProof, verifyProof } from '../../../../actors/peer/wire/proof.ts';
import type { SealTerms } from '../../../../actors/peer/wire/seal.ts';
import { concat, text } from '../../../../storage/bytes.ts';
import { backends, secretOf } from './backends.ts';

describe.each(backends)('a proof by %s', (_, primitives) => {
  const identity = primitives.identityKey(secretOf(1));
  const signer = identity.publicKey;
  const other = primitives.identityKey(secretOf(2)).publicKey;
  const hash = new Uint8Array(32).fill(3);
  const challenge = new Uint8Array(32).fill(4);
  const terms: SealTerms = { role: 'responder', hash, signer, other };
  const proof = signProof(identity, terms, challenge);
  const verdict = (changed: Partial<SealTerms>, posed = challenge): boolean =>
    verifyProof(primitives, { ...terms, ...changed }, posed, proof);

  it('signs the bytes that the specification says', () => {
    const role = Uint8Array.of(1);
    const bytes = concat(text('holdfast/v1/proof'), challenge, role, hash, signer, other);
    expect(proof).toEqual(identity.sign(bytes));
  });

  it('is good for its challenge, in its connection and direction, and nowhere else', () => {
    expect([
      verdict({}),
      verdict({}, challenge.with(31, 5)),
      verdict({ role: 'initiator' }),
      verdict({ hash: hash.with(0, 4) }),
      verdict({ signer: other, other: signer }),
      verifyProof(primitives, terms, challenge, proof.subarray(1)),
    ]).toEqual([true, false, false, false, false, false]);
  });
});
