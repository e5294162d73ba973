import { describe, expect, it } from 'vitest';
import { Challenges } from '../../../../actors/peer/door/challenges.ts';
import { bitsOf, workAt } from '../../../../actors/peer/wire/challenge.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';

const address = new Uint8Array(16).fill(1);

/** To whoever has these, work is free, as if it had many machines. */
const free = { ...primitives, sha256: () => new Uint8Array(32) };

function posing(by = primitives) {
  const challenges = new Challenges(by, new SeededRandom(1).stream('challenges'), 0);
  const pose = (nowMs: number): Uint8Array => challenges.pose(address, nowMs);
  const work = (challenge: Uint8Array): Uint8Array =>
    workAt(by, challenge, 0, 1 << 18) ?? new Uint8Array();
  const take = (answer: Uint8Array, nowMs: number): boolean =>
    challenges.take(address, answer, nowMs);
  const answerGood = (times: number, nowMs: number): void => {
    for (let time = 0; time < times; time++) expect(take(work(pose(nowMs)), nowMs)).toBe(true);
  };
  return { challenges, pose, work, take, answerGood };
}

describe('challenges', () => {
  it('are answered once each, whatever nonce it is said with', () => {
    const { pose, work, take } = posing();
    const challenge = pose(0);
    const answer = work(challenge);
    const nonce = new DataView(answer.buffer).getUint32(45);
    const other = workAt(primitives, challenge, nonce + 1, 1 << 18) ?? answer;
    expect([...other]).not.toEqual([...answer]);
    expect([take(answer, 0), take(answer, 0), take(other, 0), take(answer, 59_999)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('are good for a minute, with a new secret meanwhile, too, and for one address', () => {
    const { challenges, pose, work, take } = posing();
    const [early, late] = [work(pose(100_000)), work(pose(100_000))];
    expect(take(early, 160_001)).toBe(false);
    expect(challenges.take(new Uint8Array(16), late, 160_000)).toBe(false);
    expect(take(late, 160_000)).toBe(true);
    expect(take(late, 160_000)).toBe(false);
  });

  it('get dearer while many are answered, and cheap again', () => {
    const { pose, answerGood } = posing(free);
    const bits: unknown[] = [bitsOf(pose(0))];
    for (const second of [0, 1, 2]) {
      answerGood(21, second * 1_000);
      bits.push(bitsOf(pose((second + 1) * 1_000)));
    }
    answerGood(20, 3_000);
    bits.push(bitsOf(pose(4_000)));
    answerGood(9, 4_000);
    bits.push(bitsOf(pose(5_000)), bitsOf(pose(6_000)), bitsOf(pose(60_000)));
    expect(bits).toEqual([12, 13, 14, 15, 15, 14, 13, 12]);
  });

  it('ask for 20 bits at most', () => {
    const { pose, answerGood } = posing(free);
    for (let second = 0; second < 20; second++) answerGood(30, second * 1_000);
    expect(bitsOf(pose(20_000))).toBe(20);
  });

  it('are remembered in bounded number: what was posed long before is good no longer', () => {
    const { pose, work, take } = posing(free);
    const kept = [work(pose(0)), work(pose(0))];
    const answers = Array.from({ length: 2 * 16_384 }, (_, nth) => {
      if (nth === 16_384) expect(kept.slice(0, 1).map((each) => take(each, 1))).toEqual([true]);
      const answer = work(pose(0));
      expect(take(answer, 1)).toBe(true);
      return answer;
    });
    expect([...kept, ...answers].filter((answer) => take(answer, 1))).toEqual([]);
  });

  it("are nobody's once they are closed", () => {
    const { challenges, pose } = posing();
    challenges.close();
    expect(() => pose(0)).toThrow('the key was wiped');
  });
});
