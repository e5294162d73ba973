import { concat, readU64, sameBytes, text, u64 } from '../../../storage/bytes.ts';
import type { Secret } from '../../../storage/secret.ts';
import { PASS_BYTES } from '../../network.ts';
import type { Primitives } from './primitives.ts';

const DOMAIN = text('holdfast/v1/pass');
const MAC_BYTES = 16;
const BODY_BYTES = PASS_BYTES - MAC_BYTES;

/** SPEC section 2: lets its bearer by without work; `random` is 16 bytes drawn for it. */
export function grantPass(
  primitives: Primitives,
  secret: Secret,
  untilMs: number,
  random: Uint8Array,
): Uint8Array {
  const body = concat(u64(untilMs), random);
  return concat(body, macOf(primitives, secret, body));
}

export function isPassGood(
  primitives: Primitives,
  secret: Secret,
  pass: Uint8Array,
  nowMs: number,
): boolean {
  if (pass.length !== PASS_BYTES) return false;
  const body = pass.subarray(0, BODY_BYTES);
  if (!sameBytes(pass.subarray(BODY_BYTES), macOf(primitives, secret, body))) return false;
  return nowMs <= (readU64(body, 0) ?? 0);
}

const macOf = (primitives: Primitives, secret: Secret, body: Uint8Array): Uint8Array =>
  primitives.mac(secret, DOMAIN, body).subarray(0, MAC_BYTES);
