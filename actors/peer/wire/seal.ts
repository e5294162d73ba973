import { concat, text } from '../../../storage/bytes.ts';
import type { SigningKey } from '../../../storage/ed25519.ts';
import type { Role } from './noise.ts';
import type { Primitives } from './primitives.ts';

const DOMAIN = text('holdfast/v1/seal');

/** SPEC section 5: who answers whose challenge. */
export interface SealTerms {
  /** Of the signer. */
  readonly role: Role;
  /** The handshake hash: fresh keys of both are in it. */
  readonly hash: Uint8Array;
  readonly signer: Uint8Array;
  readonly other: Uint8Array;
}

const sealedBytes = (terms: SealTerms): Uint8Array => concat(DOMAIN, termsBytes(terms));

export const termsBytes = ({ role, hash, signer, other }: SealTerms): Uint8Array =>
  concat(Uint8Array.of(role === 'initiator' ? 0 : 1), hash, signer, other);

/** By the identity of the signer. */
export const signSeal = (identity: SigningKey, terms: SealTerms): Uint8Array =>
  identity.sign(sealedBytes(terms));

export const verifySeal = (
  primitives: Primitives,
  terms: SealTerms,
  signature: Uint8Array,
): boolean => primitives.verify(terms.signer, sealedBytes(terms), signature);
