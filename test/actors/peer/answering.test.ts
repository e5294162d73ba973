import { describe, expect, it } from 'vitest';
import { answering } from '../../../actors/peer/answering.ts';
import { judgeAnswer, poseChallenge } from '../../../actors/peer/wire/challenge.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { primitives } from '../../../runtime/world/primitives.ts';
import { secretOf } from './wire/backends.ts';

const address = new Uint8Array(16).fill(1);
const random = new Uint8Array(16).fill(2);
const terms = { untilMs: 60_000, random };

const pose = (bits: number): Uint8Array =>
  poseChallenge(primitives, secretOf(7), address, { bits, ...terms });

/** Works at a challenge; `turns` counts how often others had theirs. */
function working(challenge: Uint8Array, giveUp = new AbortController()) {
  const clock = new VirtualClock();
  let turns = 0;
  const soon = (task: () => void): void => {
    turns += 1;
    clock.soon(task);
  };
  const answer = answering({ clock: { soon }, primitives }, challenge, giveUp.signal);
  return { clock, answer, giveUp, turns: () => turns };
}

describe('work at a challenge', () => {
  it('finds the answer, and lets others have their turn', async () => {
    const { clock, answer, turns } = working(pose(12));
    await clock.advanceAsync(0);
    const found = (await answer) ?? new Uint8Array();
    expect(judgeAnswer(primitives, secretOf(7), address, found, 0).kind).toBe('good');
    expect(turns() > 1).toBe(true);
  });

  it('is done for 22 bits at most, and for nothing that is no challenge', async () => {
    const none = new Uint8Array(40);
    for (const challenge of [pose(23), pose(255), none]) {
      expect(await working(challenge).answer).toBe(undefined);
    }
  });

  it('is given up when its signal says so, before it began too', async () => {
    const giveUp = new AbortController();
    const { clock, answer, turns } = working(pose(22), giveUp);
    const reason = answer.catch((error: unknown) => error);
    giveUp.abort('enough');
    await clock.advanceAsync(0);
    expect([await reason, turns()]).toEqual(['enough', 1]);
    const again = working(pose(22), giveUp);
    expect([await again.answer.catch((error) => error), again.turns()]).toEqual(['enough', 0]);
  });
});
