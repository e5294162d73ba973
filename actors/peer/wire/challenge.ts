import { concat, readU64, sameBytes, text, u64 } from '../../../storage/bytes.ts';
import type { Secret } from '../../../storage/secret.ts';
import { ANSWER_BYTES, CHALLENGE_BYTES } from '../../network.ts';
import type { Primitives } from './primitives.ts';

export const CHALLENGE_MS_MAX = 120_000;
/** An initiator does no more work than this. */
export const WORK_BITS_MAX = 22;

const CHALLENGE_DOMAIN = text('holdfast/v1/challenge');
const WORK_DOMAIN = text('holdfast/v1/work');

const MAC_BYTES = 16;
const BODY_BYTES = CHALLENGE_BYTES - MAC_BYTES;

export interface ChallengeTerms {
  /** Zero bits that the work has to begin with. */
  readonly bits: number;
  readonly untilMs: number;
  /** 16 bytes, drawn for this challenge. */
  readonly random: Uint8Array;
}

/** SPEC section 2: made for an address of 16 bytes, and remembered by nobody. */
export function poseChallenge(
  primitives: Primitives,
  secret: Secret,
  address: Uint8Array,
  { bits, untilMs, random }: ChallengeTerms,
): Uint8Array {
  const body = concat(Uint8Array.of(bits), u64(untilMs), random);
  return concat(body, macOf(primitives, secret, address, body));
}

/** What an answer is worth: `forged` if the challenge is not ours, or not of this address. */
export type AnswerVerdict =
  | { readonly kind: 'good'; readonly challenge: Uint8Array; readonly untilMs: number }
  | { readonly kind: 'malformed' | 'forged' | 'expired' | 'unsolved' };

/**
 * The cheap questions first. A good answer is good once: until `untilMs` its challenge is to be
 * remembered by who admits.
 */
export function judgeAnswer(
  primitives: Primitives,
  secret: Secret,
  address: Uint8Array,
  answer: Uint8Array,
  nowMs: number,
): AnswerVerdict {
  if (answer.length !== ANSWER_BYTES) return { kind: 'malformed' };
  const challenge = answer.slice(0, CHALLENGE_BYTES);
  const body = challenge.subarray(0, BODY_BYTES);
  const mac = challenge.subarray(BODY_BYTES);
  if (!sameBytes(mac, macOf(primitives, secret, address, body))) return { kind: 'forged' };
  const untilMs = readU64(body, 1) ?? 0;
  if (nowMs > untilMs || untilMs > nowMs + CHALLENGE_MS_MAX) return { kind: 'expired' };
  const work = primitives.sha256(WORK_DOMAIN, answer);
  if (leadingZeros(work) < (body[0] ?? 0)) return { kind: 'unsolved' };
  return { kind: 'good', challenge, untilMs };
}

/** The zero bits that a challenge asks for; undefined if it is none, or none that is worked at. */
export function bitsOf(challenge: Uint8Array): number | undefined {
  const bits = challenge[0] ?? 0;
  return challenge.length === CHALLENGE_BYTES && bits <= WORK_BITS_MAX ? bits : undefined;
}

/**
 * Looks for an answer among `tries` nonces from `from`, so that who works can do other things in
 * between; undefined if there is none among them.
 */
export function workAt(
  primitives: Primitives,
  challenge: Uint8Array,
  from: number,
  tries: number,
): Uint8Array | undefined {
  const bits = challenge[0] ?? 0;
  for (let nonce = from; nonce < from + tries; nonce++) {
    const answer = concat(challenge, u64(nonce));
    if (leadingZeros(primitives.sha256(WORK_DOMAIN, answer)) >= bits) return answer;
  }
  return undefined;
}

const macOf = (
  primitives: Primitives,
  secret: Secret,
  address: Uint8Array,
  body: Uint8Array,
): Uint8Array => primitives.mac(secret, CHALLENGE_DOMAIN, address, body).subarray(0, MAC_BYTES);

function leadingZeros(bytes: Uint8Array): number {
  const at = bytes.findIndex((byte) => byte !== 0);
  return at < 0 ? 8 * bytes.length : 8 * at + Math.clz32(bytes[at] ?? 0) - 24;
}
