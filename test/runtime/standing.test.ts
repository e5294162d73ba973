import { expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { memoryStanding } from '../../runtime/standing.ts';

it('whoever breaks the rules is not welcome, and whoever is granted a level has it', () => {
  const clock = new VirtualClock();
  const standing = memoryStanding(clock, { earnedMax: 70 });
  standing.grant('a', 'critical');
  standing.violated('b', 'kind');
  standing.judge('c', 'payload.invalid');
  const seen = ['a', 'b', 'c'].map((id) => [
    standing.isWelcome(id),
    standing.trustOf(id),
    standing.levelOf(id),
    standing.isGranted(id),
  ]);
  expect(seen).toEqual([
    [true, 91, 'critical', true],
    [false, 0, 'untrusted', false],
    [true, 47, 'basic', false],
  ]);
});
