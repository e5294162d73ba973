import { describe, expect, it } from 'vitest';
import { type SealTerms, signSeal, verifySeal } from '../../../../actors/peer/wire/seal.ts';
import { concat, text } from '../../../../storage/bytes.ts';
import { backends, secretOf } from './backends.ts';

describe.each(backends)('a seal by %s', (_, primitives) => {
  const identity = primitives.identityKey(secretOf(1));
  const signer = identity.publicKey;
  const other = primitives.identityKey(secretOf(2)).publicKey;
  const hash = new Uint8Array(32).fill(3);
  const terms: SealTerms = { role: 'initiator', hash, signer, other };
  const signature = signSeal(identity, terms);
  const verdict = (changed: Partial<SealTerms>): boolean =>
    verifySeal(primitives, { ...terms, ...changed }, signature);

  it('signs the bytes that the specification says', () => {
    const bytes = concat(text('holdfast/v1/seal'), Uint8Array.of(0), hash, signer, other);
    expect(signature).toEqual(identity.sign(bytes));
    const answer = concat(text('holdfast/v1/seal'), Uint8Array.of(1), hash, signer, other);
    const role = 'responder';
    expect(signSeal(identity, { ...terms, role })).toEqual(identity.sign(answer));
  });

  it('is good in its handshake, its direction and between its peers, and nowhere else', () => {
    expect([
      verdict({}),
      verdict({ role: 'responder' }),
      verdict({ hash: hash.with(0, 4) }),
      verdict({ signer: other }),
      verdict({ other: signer }),
      verifySeal(primitives, terms, signature.subarray(1)),
    ]).toEqual([true, false, false, false, false, false]);
  });
});
