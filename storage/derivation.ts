import { text } from './bytes.ts';
import { hkdf as hkdfOf, hmac } from './hkdf.ts';
import { Secret } from './secret.ts';

/** What a derived key is for; no key serves two purposes. */
export type Purpose =
  | 'check'
  | 'keys'
  | 'head'
  | 'papers'
  | 'peer'
  | 'signer'
  | 'archive'
  | 'ring'
  | 'spool'
  | 'state'
  | 'witness'
  | 'lists'
  | 'witness-file'
  | 'wrap';

/**
 * The key of one store for one purpose: of its root key or, to wrap that, of its master key. The
 * caller wipes it.
 */
export function derive(key: Secret, storeId: Uint8Array, purpose: Purpose): Secret {
  const bytes = hkdf(key, storeId, text(`holdfast/v1/${purpose}`), 32);
  const derived = Secret.of(bytes);
  bytes.fill(0);
  return derived;
}

/** HKDF-SHA256 of RFC 5869; at most 8,160 bytes. The caller wipes them. */
export const hkdf = (
  secret: Secret,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array => secret.use((key) => hkdfOf(key, salt, info, length));

/** HMAC-SHA256 of the parts, joined. */
export const mac = (key: Secret, ...parts: Uint8Array[]): Uint8Array =>
  key.use((bytes) => hmac(bytes, ...parts));
