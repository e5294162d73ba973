import { describe, expect, it } from 'vitest';
import {
  type Earning,
  type Failing,
  Reputation,
  type TrustKeeper,
} from '../../../actors/peer/reputation.ts';
import {
  judge,
  type Level,
  stranger,
  type Trust,
  type TrustSignal,
} from '../../../machines/trust.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import fc from '../../fast-check.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Told {
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function given(identitiesMax = 1_000) {
  const clock = new VirtualClock();
  const facts: Told[] = [];
  const cut: string[] = [];
  const reputation = new Reputation({
    kernel: {
      clock,
      tell: (type, subject, data) => {
        // As it comes out of the log.
        facts.push(JSON.parse(JSON.stringify({ type, subject, data })));
        return '';
      },
    },
    settings: { earnedMax: 70 },
    identitiesMax,
    onBanned: (id) => cut.push(id),
  });
  const types = (): string[] => facts.map(({ type, subject }) => `${type} ${subject}`);
  return { clock, facts, types, cut, reputation };
}

/** What the records of one identity make of it, each going on from the one before. */
function replayed(facts: readonly Told[], id: string): Trust {
  let trust: Trust = stranger;
  for (const { data } of facts.filter(({ subject }) => subject === id)) {
    const { signal, granted, before, earnedMax } = data;
    expect(before).toEqual(trust);
    const told: TrustSignal = Object({ ...data, type: signal, level: granted });
    trust = judge(trust, told, { earnedMax: Number(earnedMax) });
  }
  return trust;
}

describe('a judgement', () => {
  it('is one fact about the identity, with what it was before and is now', () => {
    const { facts, reputation, clock } = given();
    reputation.failed('ann', 'payload.invalid');
    const atMs = clock.wallMs();
    expect(facts).toEqual([
      {
        type: 'peer.judged',
        subject: 'ann',
        data: {
          signal: 'payload.invalid',
          atMs,
          score: 47,
          level: 'basic',
          bannedUntilMs: 0,
          earnedMax: 70,
          before: stranger,
        },
      },
    ]);
    expect([reputation.standing('ann'), reputation.standing('bob')]).toEqual([
      { id: 'ann', score: 47, level: 'basic', granted: 'untrusted', bannedUntilMs: 0 },
      { id: 'bob', score: 50, level: 'basic', granted: 'untrusted', bannedUntilMs: 0 },
    ]);
  });

  it('of a violation bans, says so once, and ends the connections', () => {
    const { clock, facts, types, cut, reputation } = given();
    for (let time = 0; time < 100; time++) reputation.violated('ann', 'frame.overlong');
    expect([types(), cut, facts[0]?.data.rule]).toEqual([
      ['peer.banned ann'],
      ['ann'],
      'frame.overlong',
    ]);
    expect([reputation.isBanned('ann'), reputation.level('ann')]).toEqual([true, 'untrusted']);
    clock.advance(HOUR);
    expect([reputation.isBanned('ann'), reputation.score('ann') > 0]).toEqual([false, true]);
  });

  it('of the operator is always told, with the reason', () => {
    const { facts, types, cut, reputation } = given();
    reputation.grant('ann', 'critical', 'ours');
    reputation.grant('ann', 'critical', 'ours');
    reputation.ban('ann', HOUR, 'stolen');
    expect(reputation.isBanned('ann')).toBe(true);
    reputation.unban('ann', 'found');
    expect(types()).toEqual([
      'peer.granted ann',
      'peer.granted ann',
      'peer.banned ann',
      'peer.unbanned ann',
    ]);
    expect(facts.map(({ data }) => data.reason)).toEqual(['ours', 'ours', 'stolen', 'found']);
    expect([cut, reputation.level('ann')]).toEqual([['ann'], 'critical']);
  });

  it('of what was earned is one a minute, however much that is', () => {
    const { clock, facts, reputation } = given();
    for (let second = 0; second < 60; second++) {
      reputation.earned('ann', 'request.answered');
      clock.advance(SECOND);
    }
    expect([facts.length, facts[0]?.data.times, reputation.score('ann')]).toEqual([1, 60, 52]);
    for (let minute = 0; minute < 30; minute++) {
      reputation.earned('ann', 'request.answered');
      clock.advance(MINUTE);
    }
    expect([facts.length, clock.pending]).toEqual([1, 0]);
  });

  it('of earnings is made for all at once, if too many identities wait for theirs', () => {
    const { facts, reputation, clock } = given(20_000);
    for (let at = 0; at < 10_000; at++) reputation.earned(`id ${at}`, 'request.answered');
    expect([facts.length, clock.pending]).toEqual([10_000, 0]);
  });

  it('is made before the end of what was earned until then', () => {
    const { facts, reputation, clock } = given();
    reputation.earned('ann', 'health.answered');
    reputation.judgeEarnings();
    expect([facts.length, clock.pending]).toEqual([1, 0]);
  });

  it('is none if it would change next to nothing: a flood has as many as there is to lose', () => {
    const { clock, facts, reputation } = given();
    for (let at = 0; at < 36_000; at++) {
      reputation.failed('ann', at % 2 === 0 ? 'payload.invalid' : 'rate.exceeded');
      clock.advance(100);
    }
    expect(reputation.score('ann')).toBeLessThan(0.1);
    expect(facts.length).toBeLessThan(200);
  });

  it('is none for whom there is no room, and what is told of others stays', () => {
    const { types, reputation } = given(2);
    for (const id of ['ann', 'bob', 'eve']) reputation.violated(id, 'frame.unknown');
    reputation.failed('joe', 'promise.broken');
    expect([types().length, reputation.size]).toEqual([3, 2]);
    expect(reputation.score('joe')).toBe(50);
  });

  it('can be replayed from the records alone, to the last bit', () => {
    const ids = fc.constantFrom('ann', 'bob');
    const steps = fc.oneof(
      fc.tuple(
        fc.constant('earned' as const),
        ids,
        fc.constantFrom<Earning>('request.answered', 'health.answered'),
      ),
      fc.tuple(
        fc.constant('failed' as const),
        ids,
        fc.constantFrom<Failing>('request.timedOut', 'rate.exceeded', 'promise.broken'),
      ),
      fc.tuple(fc.constant('violated' as const), ids, fc.constant('rule')),
      fc.tuple(fc.constant('grant' as const), ids, fc.constantFrom<Level>('untrusted', 'verified')),
      fc.tuple(fc.constant('ban' as const), ids, fc.nat(DAY)),
      fc.tuple(fc.constant('unban' as const), ids, fc.constant('')),
      fc.tuple(fc.constant('wait' as const), ids, fc.oneof(fc.nat(MINUTE), fc.nat(DAY))),
    );
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (all) => {
        const { clock, facts, reputation } = given();
        for (const [what, id, detail] of all) {
          if (what === 'wait') clock.advance(detail);
          else if (what === 'grant') reputation.grant(id, detail, '');
          else if (what === 'ban') reputation.ban(id, detail, '');
          else if (what === 'earned') reputation.earned(id, detail);
          else if (what === 'failed') reputation.failed(id, detail);
          else if (what === 'violated') reputation.violated(id, detail);
          else reputation.unban(id, detail);
        }
        for (const id of ['ann', 'bob']) {
          expect(replayed(facts, id)).toEqual(reputation.trust(id));
        }
      }),
    );
  });
});

describe('who keeps trust', () => {
  it('hears of every change, and of whom there was no room for', () => {
    const { reputation } = given(1);
    const heard: unknown[] = [];
    const keeper: TrustKeeper = {
      changed: (id, trust) => heard.push([id, trust.penalty]),
      forgotten: (id) => heard.push([id, 'forgotten']),
    };
    reputation.keepWith(keeper);
    reputation.failed('ann', 'payload.invalid');
    reputation.failed('ann', 'payload.invalid');
    reputation.failed('bob', 'payload.invalid');
    reputation.violated('bob', 'frame.unknown');
    expect(heard).toEqual([
      ['ann', 3],
      ['ann', 6],
      ['ann', 'forgotten'],
      ['bob', 50],
    ]);
  });

  it('gives it back as it was', () => {
    const { facts, reputation } = given();
    const trust = { ...stranger, penalty: 20, atMs: 0, granted: 'verified' as const };
    reputation.restore('ann', trust);
    expect([reputation.trust('ann'), facts]).toEqual([trust, []]);
  });
});

describe('T25: who games the score', () => {
  /** What comes of it after 30 days in which `hourly` happens each hour. */
  function after30Days(hourly: (reputation: Reputation, hour: number) => void): Reputation {
    const { clock, reputation } = given();
    for (let hour = 0; hour < 30 * 24; hour++) {
      hourly(reputation, hour);
      clock.advance(HOUR);
    }
    return reputation;
  }
  const answer = (reputation: Reputation, times: number): void => {
    for (let time = 0; time < times; time++) reputation.earned('eve', 'request.answered');
  };

  it('by good and bad in turn is below a stranger', () => {
    const reputation = after30Days((all) => {
      answer(all, 500);
      for (let time = 0; time < 5; time++) all.failed('eve', 'payload.invalid');
    });
    expect(reputation.level('eve')).toBe('untrusted');
  });

  it('by being good for long, and then bad all at once, falls below all levels in one go', () => {
    const reputation = after30Days((all) => answer(all, 100));
    expect([reputation.level('eve'), Math.round(reputation.score('eve'))]).toEqual([
      'verified',
      70,
    ]);
    for (let time = 0; time < 20; time++) reputation.failed('eve', 'promise.broken');
    expect([reputation.level('eve'), reputation.score('eve')]).toEqual(['untrusted', 0]);
  });

  it('by rules broken whenever a ban is over is banned for longer each time', () => {
    const { clock, facts, reputation } = given();
    for (let hour = 0; hour < 24 * 30; hour++) {
      reputation.violated('eve', 'frame.unknown');
      answer(reputation, 100);
      clock.advance(HOUR);
    }
    const bans = facts.filter(({ type }) => type === 'peer.banned');
    expect(bans.length).toBe(11);
    expect(reputation.isBanned('eve')).toBe(true);
  });

  it('by leaving and coming back finds what was left', () => {
    const { clock, reputation } = given();
    reputation.failed('eve', 'promise.broken');
    reputation.judgeEarnings();
    clock.advance(MINUTE);
    expect(reputation.score('eve')).toBeLessThan(45.1);
  });

  it('by slander changes nothing: whatever others do or are, each is judged for its own', () => {
    const { reputation, facts } = given();
    reputation.earned('ann', 'request.answered');
    reputation.judgeEarnings();
    const ann = reputation.standing('ann');
    const told = facts.length;
    for (let at = 0; at < 500; at++) {
      reputation.violated(`slanderer ${at}`, 'frame.unknown');
      reputation.failed(`slanderer ${at}`, 'payload.invalid');
    }
    expect(reputation.standing('ann')).toEqual(ann);
    expect(facts.slice(told).every(({ subject }) => subject.startsWith('slanderer'))).toBe(true);
  });
});
