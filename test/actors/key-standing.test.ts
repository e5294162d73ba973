import { expect, it } from 'vitest';
import { begunRing, turnedRing } from '../../actors/identity-ring.ts';
import { knownIn, standingOf } from '../../actors/key-standing.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { drawn, secretOf } from '../storage/sealing.ts';

it('what others know of keys is all but the next one, and no seed', () => {
  const maker = { primitives, random: drawn(), firstSeed: secretOf(1) };
  const begun = begunRing(maker, { nowMs: 1_000, lastsMs: 100, overlapMs: 10 });
  const turn = { nowMs: 2_000, lastsMs: 100, overlapMs: 10 };
  const [first, second, ...others] = knownIn(turnedRing(maker, begun, 'rotation', turn));
  expect([others, Object.keys(first ?? {})]).toEqual([[], ['state', 'sinceMs', 'record']]);
  expect(first && standingOf(first, false)).toEqual({
    ...{ generation: 0, id: peerIdOf(primitives.identityKey(secretOf(1)).publicKey) },
    ...{ state: 'overlapping', sinceMs: 2_000, isOverdue: false },
    ...{ notBeforeMs: 1_000, notAfterMs: 1_100 },
  });
  expect(second && standingOf(second, true)).toMatchObject({
    ...{ generation: 1, state: 'present', sinceMs: 2_000, isOverdue: true },
    ...{ notBeforeMs: 2_000, notAfterMs: 2_100 },
  });
});
