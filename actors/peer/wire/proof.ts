import { concat, text } from '../../../storage/bytes.ts';
import type { SigningKey } from '../../../storage/ed25519.ts';
import type { Primitives } from './primitives.ts';
import { type SealTerms, termsBytes } from './seal.ts';

export const PROOF_CHALLENGE_BYTES = 32;
export const PROOF_BYTES = 64;

const DOMAIN = text('holdfast/v1/proof');

const provenBytes = (terms: SealTerms, challenge: Uint8Array): Uint8Array =>
  concat(DOMAIN, challenge, termsBytes(terms));

/** SPEC section 8: that the signer still has its identity, within a live connection. */
export const signProof = (
  identity: SigningKey,
  terms: SealTerms,
  challenge: Uint8Array,
): Uint8Array => identity.sign(provenBytes(terms, challenge));

export const verifyProof = (
  primitives: Primitives,
  terms: SealTerms,
  challenge: Uint8Array,
  signature: Uint8Array,
): boolean => primitives.verify(terms.signer, provenBytes(terms, challenge), signature);
