import { createHmac } from 'node:crypto';
import { plain } from './bytes.ts';

const HASH_BYTES = 32;

/** HMAC-SHA256 of the parts, joined. */
export function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const state = createHmac('sha256', key);
  for (const part of parts) state.update(part);
  return plain(state.digest());
}

/**
 * HKDF-SHA256 of RFC 5869; at most 8,160 bytes. The caller wipes them. By hand: Node's own makes a
 * job of each, which takes twice as long.
 */
export function hkdf(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const key = hmac(salt, secret);
  const all = new Uint8Array(length);
  let last: Uint8Array = new Uint8Array();
  for (let at = 0; at < length; at += HASH_BYTES) {
    const next = hmac(key, last, info, Uint8Array.of(at / HASH_BYTES + 1));
    all.set(next.subarray(0, length - at), at);
    last.fill(0);
    last = next;
  }
  last.fill(0);
  key.fill(0);
  return all;
}
