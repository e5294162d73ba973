import type { TokenBucket, TokenBucketOptions } from '../../machines/token-bucket.ts';
import type { RandomBytes } from '../../storage/ports.ts';
import { type Failure, failRequest } from '../refusals.ts';
import type { Conversation } from './conversation.ts';
import type { Payload } from './requests/payload.ts';
import type { Self } from './self.ts';
import type { Session } from './wire/handshake.ts';
import type { Role } from './wire/noise.ts';
import { PROOF_CHALLENGE_BYTES, signProof, verifyProof } from './wire/proof.ts';

/** SPEC section 8: the method by which a peer is asked to prove itself again. */
export const PROVE = 'holdfast.prove';

/** As many as the other side may ask for. */
export const PROOFS: TokenBucketOptions = { perSecond: 1, burst: 10 };

const other = (role: Role): Role => (role === 'initiator' ? 'responder' : 'initiator');

/** Calls `done` once: with nothing if the other side still is who it was, or with why not. */
export function prove(
  talk: Pick<Conversation, 'session' | 'ask'>,
  self: Self,
  role: Role,
  random: RandomBytes,
  timeoutMs: number,
  done: (failure: string | undefined) => void,
): void {
  const { hash, peer } = talk.session;
  const { primitives, credentials } = self;
  const signer = peer.publicKey;
  const terms = { role: other(role), hash, signer, other: credentials.identity.publicKey };
  const challenge = random(PROOF_CHALLENGE_BYTES);
  talk.ask(PROVE, { encoding: 'bytes', bytes: challenge }, timeoutMs, {
    onAnswered: ({ bytes }) =>
      done(verifyProof(primitives, terms, challenge, bytes) ? undefined : 'forged'),
    onStreamed: (items) => {
      items.cancel();
      done('malformed');
    },
    onFailed: ({ code }) => done(code === 'REQUEST_TIMEOUT' ? 'timeout' : 'refused'),
  });
}

/** Why one is refused before it has come, if it is. */
export function refusalOfProof(
  size: number,
  rate: TokenBucket,
  nowMs: number,
): Failure | undefined {
  if (size > PROOF_CHALLENGE_BYTES) return failRequest('PAYLOAD_INVALID');
  return rate.take(1, nowMs) ? undefined : failRequest('RATE_LIMITED');
}

/** The answer to such a question; undefined if it is none. */
export function proofIn(
  { encoding, bytes }: Payload,
  { hash, peer }: Session,
  { credentials }: Self,
  role: Role,
): Payload | undefined {
  if (encoding !== 'bytes' || bytes.length !== PROOF_CHALLENGE_BYTES) return undefined;
  const { identity } = credentials;
  const terms = { role, hash, signer: identity.publicKey, other: peer.publicKey };
  return { encoding: 'bytes', bytes: signProof(identity, terms, bytes) };
}
