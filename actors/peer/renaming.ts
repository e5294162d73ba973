import type { TokenBucket, TokenBucketOptions } from '../../machines/token-bucket.ts';
import { type Failure, failRequest } from '../refusals.ts';
import type { PeerActor } from './peer.actor.ts';
import { CONTINUITY_BYTES } from './wire/continuity.ts';
import { CHAIN_RECORDS_MAX } from './wire/continuity-chain.ts';

/** SPEC section 8: the method by which a peer is told that one has another key. */
export const ROTATED = 'holdfast.rotated';

const CHAIN_BYTES_MAX = CONTINUITY_BYTES * CHAIN_RECORDS_MAX;

const TELL_MS = 10_000;
const TELL_AGAIN_MS = 61_000;

/** As many as the other side may tell. */
export const RENAMINGS: TokenBucketOptions = { perSecond: 1 / 60, burst: 4 };

/**
 * Calls `done` once, whatever became of it, with when to tell again if it was too often: whoever
 * does not know the method is told by the next handshake.
 */
export function tellRotated(
  peer: Pick<PeerActor, 'ask'>,
  chain: Uint8Array,
  done: (againAfterMs?: number) => void,
): void {
  peer.ask(ROTATED, { encoding: 'bytes', bytes: chain }, TELL_MS, {
    onAnswered: () => done(),
    onStreamed: (items) => {
      items.cancel();
      done();
    },
    onFailed: ({ code }) => done(code === 'RATE_LIMITED' ? TELL_AGAIN_MS : undefined),
  });
}

/** Why one is refused before it has come, if it is. */
export function refusalOfRenaming(
  size: number,
  rate: TokenBucket,
  nowMs: number,
): Failure | undefined {
  if (size > CHAIN_BYTES_MAX) return failRequest('PAYLOAD_INVALID');
  return rate.take(1, nowMs) ? undefined : failRequest('RATE_LIMITED');
}
