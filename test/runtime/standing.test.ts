import { expect, it } from 'vitest';
import { AccessList } from '../../actors/peer/door/access-list.ts';
import { Reputation } from '../../actors/peer/reputation.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { Standing } from '../../runtime/standing.ts';

const ids = [1, 2, 3, 4].map((fill) => peerIdOf(new Uint8Array(32).fill(fill)));
const alone = { presentOf: (id: string) => id, selvesOf: (id: string) => [id] };
const [granted = '', violator = '', clumsy = '', denied = ''] = ids;

it('whoever breaks the rules or is on a list is not welcome; who is granted a level has it', () => {
  const clock = new VirtualClock();
  const reputation = new Reputation({
    kernel: { clock, tell: () => '' },
    settings: { earnedMax: 70 },
    identitiesMax: 100,
    onBanned: () => {},
  });
  const access = new AccessList({ allow: [], deny: [denied, '10.9.0.0/16'] });
  const standing = new Standing(reputation, access, alone, clock);
  reputation.grant(granted, 'critical', 'test');
  standing.violated(violator, 'kind');
  standing.judge(clumsy, 'payload.invalid');
  standing.judge(clumsy, 'health.answered');
  const seen = ids.map((id) => [
    standing.isWelcome(id, '10.0.0.1'),
    standing.isWelcome(id, '10.9.0.1'),
    standing.trustOf(id),
    standing.levelOf(id),
    standing.isGranted(id),
  ]);
  expect(seen).toEqual([
    [true, false, 91, 'critical', true],
    [false, false, 0, 'untrusted', false],
    [true, false, 47, 'basic', false],
    [false, false, 50, 'basic', false],
  ]);
  reputation.judgeEarnings();
  expect(standing.trustOf(clumsy)).toBe(47.1);
});
