import { expect, it } from 'vitest';
import { proofIn, prove } from '../../../actors/peer/proving.ts';
import type { Asker } from '../../../actors/peer/requests/asked.ts';
import type { Payload } from '../../../actors/peer/requests/payload.ts';
import { failRequest } from '../../../actors/refusals.ts';
import { primitives } from '../../../runtime/world/primitives.ts';
import { selfOf } from './raw-peer.ts';
import { pairOf, partyOf, play } from './wire/handshakes.ts';

/** Number 1 has number 2 prove itself; `answer` may change what it says. */
function outcome(answer: (proof: Payload) => Payload | undefined): string | undefined {
  const told = play(pairOf(primitives));
  const [ours, theirs] = [told.initiator.at(-1), told.responder.at(-1)];
  if (ours?.kind !== 'live' || theirs?.kind !== 'live') throw new Error('they are not live');
  const selves = [1, 2].map((number) => ({
    ...selfOf(number),
    credentials: partyOf(primitives, number),
  }));
  const [near, far] = selves;
  if (near === undefined || far === undefined) throw new Error('there are two');
  let seen: string | undefined = 'nothing was said';
  const ask = (_: string, challenge: Payload, __: number, asker: Asker) => {
    const proof = proofIn(challenge, theirs.session, far, 'responder');
    const said = proof && answer(proof);
    if (said === undefined) asker.onFailed(failRequest('REQUEST_TIMEOUT'));
    else asker.onAnswered(said);
    return () => {};
  };
  prove({ session: ours.session, ask }, near, 'initiator', near.random, 1_000, (failure) => {
    seen = failure;
  });
  return seen;
}

it('who still has its identity can prove it, and nobody else', () => {
  expect([
    outcome((proof) => proof),
    outcome(({ encoding, bytes }) => ({ encoding, bytes: bytes.with(0, 0).with(1, 0) })),
    outcome(({ encoding }) => ({ encoding, bytes: new Uint8Array() })),
    outcome(() => undefined),
  ]).toEqual([undefined, 'forged', 'forged', 'timeout']);
});
