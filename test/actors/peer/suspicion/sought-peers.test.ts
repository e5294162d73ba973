import { expect, it } from 'vitest';
import { SoughtPeers } from '../../../../actors/peer/suspicion/sought-peers.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';

const HOUR = 3_600_000;

function given() {
  const clock = new VirtualClock();
  return { clock, sought: new SoughtPeers(clock) };
}

/** Different ids, and which of them were many. */
const misses = (sought: SoughtPeers, from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at).filter((nth) =>
    sought.missed('eve', `id ${nth}`),
  );

it('whoever asks for 24 different peers that are not there asks for many, and again by 24', () => {
  expect(misses(given().sought, 0, 50)).toEqual([23, 47]);
});

it('whoever asks for the same ones again and again is only patient', () => {
  const { sought } = given();
  const all = Array.from({ length: 1_000 }, (_, nth) => sought.missed('ann', `friend ${nth % 20}`));
  expect(all).not.toContain(true);
});

it('what was asked more than an hour ago counts no more', async () => {
  const { clock, sought } = given();
  const before = misses(sought, 0, 23);
  await clock.advanceAsync(HOUR);
  expect([before, misses(sought, 100, 123)]).toEqual([[], []]);
});

it('whoever finds somebody may have looked for four more', () => {
  const { sought } = given();
  const before = misses(sought, 0, 23);
  sought.found('eve');
  expect([before, misses(sought, 100, 105)]).toEqual([[], [104]]);
});

it('what one asks for says nothing about another', () => {
  const { sought } = given();
  misses(sought, 0, 23);
  expect(sought.missed('ann', 'id 500')).toBe(false);
});
