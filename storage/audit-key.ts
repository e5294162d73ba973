import { concat, text, u32 } from './bytes.ts';
import { hkdf } from './derivation.ts';
import { Secret } from './secret.ts';

const SEGMENT = text('holdfast/v1/segment');
const SIGNER = text('holdfast/v1/signer');

/** The key of a segment: of an audit key, and the salt that stands in the segment's slot. */
export const segmentKeyOf = (
  auditKey: Secret,
  salt: Secret,
  storeId: Uint8Array,
  segment: number,
): Secret => salt.use((bytes) => derived(auditKey, bytes, concat(SEGMENT, storeId, u32(segment))));

/** The private Ed25519 key of the checkpoints that are signed while it is the present one. */
export const signerSeedOf = (auditKey: Secret, storeId: Uint8Array): Secret =>
  derived(auditKey, storeId, SIGNER);

function derived(auditKey: Secret, salt: Uint8Array, info: Uint8Array): Secret {
  const bytes = hkdf(auditKey, salt, info, 32);
  const secret = Secret.of(bytes);
  bytes.fill(0);
  return secret;
}
