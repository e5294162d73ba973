import { expect, it } from 'vitest';
import type { Asker } from '../../actors/peer/requests/asked.ts';
import { failRequest } from '../../actors/refusals.ts';
import { Renewals } from '../../runtime/renewals.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { selfOf } from '../actors/peer/raw-peer.ts';

/** A peer that is connected to an earlier key, and bears no word of another one. */
function given(isHonoured: boolean) {
  const clock = new VirtualClock();
  const said: number[] = [];
  const actor = {
    ownKey: selfOf(2).credentials.identity.publicKey,
    isEnded: false,
    isClosed: false,
    ask: (_name: string, _payload: unknown, _timeoutMs: number, asker: Asker) => {
      said.push(clock.monotonicMs());
      asker.onFailed(failRequest('RATE_LIMITED'));
      return () => {};
    },
    close: () => {
      actor.isClosed = true;
    },
  };
  const renewals = new Renewals(clock, selfOf(1));
  renewals.renew({ chain: Uint8Array.of(7), isHonoured: () => isHonoured });
  renewals.tell(actor);
  return { clock, said, actor, renewals };
}

it('who was told too often of another key is told again each minute, while it is here', () => {
  const { clock, said, actor, renewals } = given(true);
  clock.advance(130_000);
  renewals.forget(actor);
  clock.advance(600_000);
  expect([said, actor.isClosed, clock.pending]).toEqual([[0, 61_000, 122_000], false, 0]);
});

it('and is let go after the second time, if its key is nobody any more', () => {
  const { clock, said, actor } = given(false);
  expect(actor.isClosed).toBe(false);
  clock.advance(130_000);
  expect([said, actor.isClosed, clock.pending]).toEqual([[0, 61_000], true, 0]);
});
