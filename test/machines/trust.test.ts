import { describe, expect, it } from 'vitest';
import {
  isBanned,
  isRateSpent,
  judge,
  levelAt,
  replay,
  scoreAt,
  stranger,
  type Trust,
  type TrustSignal,
} from '../../machines/trust.ts';
import fc from '../fast-check.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const settings = { earnedMax: 70 };

type Kind = Exclude<TrustSignal['type'], 'level.granted' | 'peer.banned' | 'peer.followed'>;

const at = (atMs: number, type: Kind, times = 1): TrustSignal => ({ atMs, type, times });

/** The same `count` times, `everyMs` apart, the first after `everyMs`. */
const series = (type: Kind, count: number, everyMs: number): TrustSignal[] =>
  Array.from({ length: count }, (_, index) => at((index + 1) * everyMs, type));

const scoreAfter = (signals: readonly TrustSignal[], nowMs = signals.at(-1)?.atMs ?? 0): number =>
  scoreAt(replay(signals, settings), nowMs);

const kinds = fc.constantFrom<Kind>(
  'request.answered',
  'health.answered',
  'request.timedOut',
  'health.timedOut',
  'payload.invalid',
  'rate.exceeded',
  'promise.broken',
  'rules.violated',
  'peer.unbanned',
);
const gapsMs = fc.oneof(fc.nat(10), fc.nat(MINUTE), fc.nat(DAY));
const decisions = fc.oneof(
  fc.record({ type: fc.constant('peer.banned' as const), forMs: fc.nat(DAY) }),
  fc.record({
    type: fc.constant('level.granted' as const),
    level: fc.constantFrom('untrusted' as const, 'verified' as const, 'critical' as const),
  }),
);
const happenings = fc.record({ type: kinds, times: fc.integer({ min: 1, max: 40 }) });
/** Whatever may happen to one identity, in the order of time. */
const histories = fc
  .array(fc.tuple(gapsMs, fc.oneof({ weight: 6, arbitrary: happenings }, decisions)))
  .map((steps): TrustSignal[] => {
    let atMs = 0;
    return steps.map(([gapMs, what]) => {
      atMs += gapMs;
      return { atMs, ...what };
    });
  });

describe('trust', () => {
  it('of a stranger is 50, which is basic', () => {
    expect([scoreAt(stranger, 1_000), levelAt(stranger, 1_000)]).toEqual([50, 'basic']);
  });

  it.each<[Kind, number, number]>([
    ['request.answered', 50.1, 51],
    ['health.answered', 50.1, 51],
    ['request.timedOut', 49, 40],
    ['health.timedOut', 48, 30],
    ['payload.invalid', 47, 20],
    ['rate.exceeded', 49, 45],
    ['promise.broken', 45, 0],
    ['rules.violated', 0, 0],
  ])('after %s is %d, after ten at once %d', (type, once, tenTimes) => {
    const ten = Array.from({ length: 10 }, () => at(5, type));
    expect([scoreAfter([at(5, type)]), scoreAfter(ten)]).toEqual([once, tenTimes]);
  });

  it('is the same for so many at once as for each of them', () => {
    fc.assert(
      fc.property(histories, kinds, fc.integer({ min: 1, max: 60 }), (history, type, times) => {
        const atMs = history.at(-1)?.atMs ?? 0;
        const each = Array.from({ length: times }, () => at(atMs, type));
        const apart = scoreAfter([...history, ...each]);
        expect(scoreAfter([...history, at(atMs, type, times)])).toBeCloseTo(apart, 3);
      }),
    );
  });

  it('earns 2 in an hour, however many answers are given, and as much in the next', () => {
    expect(scoreAfter([at(7, 'request.answered', 1_000)])).toBe(52);
    expect(scoreAfter(series('request.answered', 3_599, 1_000))).toBeCloseTo(52, 2);
    const next = [at(7, 'request.answered', 1_000), at(7 + HOUR, 'request.answered', 1_000)];
    expect(scoreAfter(next)).toBeCloseTo(54, 2);
  });

  it('is lifted to 60 by health checks alone, to 70 by all answers, and so far by settings', () => {
    const highest = (type: Kind, earnedMax: number): number =>
      scoreAt(replay(series(type, 20_000, MINUTE), { earnedMax }), 20_000 * MINUTE);
    expect(highest('health.answered', 70)).toBeCloseTo(60, 1);
    expect(highest('request.answered', 70)).toBeCloseTo(70, 1);
    expect(highest('request.answered', 55)).toBeCloseTo(55, 1);
    expect(highest('health.answered', 55)).toBeCloseTo(55, 1);
  });

  it('says when a minute has cost what it may: then nothing more is lost', () => {
    const spent = replay([at(DAY, 'rate.exceeded', 5)], settings);
    const isSpentAt = [DAY, DAY + MINUTE - 1, DAY + MINUTE, DAY - 1].map((nowMs) =>
      isRateSpent(spent.rateCosts, nowMs),
    );
    expect(isSpentAt).toEqual([true, true, false, false]);
    expect(judge(spent, at(DAY, 'rate.exceeded'), settings)).toEqual(spent);
    const unspent = replay([at(DAY, 'rate.exceeded', 4)], settings);
    expect(isRateSpent(unspent.rateCosts, DAY)).toBe(false);
  });

  it('pays 5 a minute for exceeded rates, and as much in the next', () => {
    expect(scoreAfter(series('rate.exceeded', 59, 1_000))).toBeCloseTo(45, 0);
    const next = [at(7, 'rate.exceeded', 100), at(7 + MINUTE, 'rate.exceeded', 100)];
    expect(scoreAfter(next)).toBeCloseTo(40, 1);
  });

  it('comes back by half in 6 hours, and loses half of what it earned in 30 days', () => {
    const penalized = replay([at(0, 'payload.invalid', 4)], settings);
    const scores = [0, 6, 12, 18].map((hours) => scoreAt(penalized, hours * HOUR));
    expect(scores).toEqual([38, 44, 47, 48.5]);
    const earned = replay([at(0, 'request.answered', 20)], settings);
    expect([0, 30, 60].map((days) => scoreAt(earned, days * DAY))).toEqual([52, 51, 50.5]);
  });

  it('fades the same however often it is looked at or touched', () => {
    const whole = scoreAfter([at(0, 'payload.invalid', 4)], DAY);
    const touches = series('peer.unbanned', 24, HOUR);
    expect(scoreAfter([at(0, 'payload.invalid', 4), ...touches], DAY)).toBeCloseTo(whole, 9);
  });

  it('fades nothing while a clock is set back', () => {
    const trust = replay([at(DAY, 'payload.invalid', 4)], settings);
    expect(scoreAt(trust, 0)).toBe(38);
    expect(scoreAt(judge(trust, at(0, 'request.timedOut'), settings), 0)).toBe(37);
  });

  it('owes nothing below 0: who was at 0 twice comes back as who was there once', () => {
    expect(scoreAfter([at(0, 'promise.broken', 500)], 6 * HOUR)).toBe(25);
    expect(scoreAfter([at(0, 'promise.broken', 10)], 6 * HOUR)).toBe(25);
  });

  it('is between 0 and 100, or what was granted, whatever happens', () => {
    fc.assert(
      fc.property(histories, gapsMs, (history, laterMs) => {
        const trust = replay(history, settings);
        const score = scoreAt(trust, (history.at(-1)?.atMs ?? 0) + laterMs);
        const top = trust.granted === 'critical' ? 91 : 70;
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(top);
      }),
    );
  });

  it('is explained by its records: replayed, they make the same trust, to the last bit', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let live: Trust = stranger;
        for (const signal of history) live = judge(live, signal, settings);
        const records: TrustSignal[] = JSON.parse(JSON.stringify(history));
        expect(replay(records, settings)).toEqual(live);
      }),
    );
  });

  it('is restored from what was stored of it', () => {
    fc.assert(
      fc.property(histories, histories, (before, after) => {
        const stored: Trust = JSON.parse(JSON.stringify(replay(before, settings)));
        const restored = after.reduce((trust, one) => judge(trust, one, settings), stored);
        expect(restored).toEqual(replay([...before, ...after], settings));
      }),
    );
  });
});

describe('a violation', () => {
  it('takes all trust, and what was granted', () => {
    const signals: TrustSignal[] = [
      at(0, 'request.answered', 20),
      { atMs: 0, type: 'level.granted', level: 'critical' },
      at(1, 'rules.violated'),
    ];
    const trust = replay(signals, settings);
    expect([scoreAt(trust, 1), levelAt(trust, 1), trust.granted]).toEqual([
      0,
      'untrusted',
      'untrusted',
    ]);
    expect([isBanned(trust, HOUR), isBanned(trust, HOUR + 1)]).toEqual([true, false]);
    expect(scoreAt(trust, 1 + 6 * HOUR)).toBe(25);
  });

  it('bans for an hour, and each for twice as long, up to 7 days', () => {
    let trust: Trust = stranger;
    const hours = Array.from({ length: 10 }, () => {
      const atMs = trust.bannedUntilMs;
      trust = judge(trust, at(atMs, 'rules.violated'), settings);
      return (trust.bannedUntilMs - atMs) / HOUR;
    });
    expect(hours).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 168, 168]);
  });

  it('during a ban makes it no longer: what came in one frame is one offence', () => {
    const trust = replay([at(0, 'rules.violated', 1), ...series('rules.violated', 9, 1)], settings);
    expect([trust.bans, trust.bannedUntilMs]).toEqual([1, HOUR]);
  });
});

describe('what the operator decides', () => {
  const ban = (atMs: number, forMs: number): TrustSignal => ({ atMs, type: 'peer.banned', forMs });

  it('pins a level, which no failing and no time lowers, and takes it back', () => {
    const granted: TrustSignal = { atMs: 0, type: 'level.granted', level: 'privileged' };
    const trust = replay([granted, at(1, 'promise.broken', 100)], settings);
    expect([scoreAt(trust, 1), levelAt(trust, 1), levelAt(trust, 900 * DAY)]).toEqual([
      71,
      'privileged',
      'privileged',
    ]);
    const taken = judge(trust, { atMs: 1, type: 'level.granted', level: 'untrusted' }, settings);
    expect([scoreAt(taken, 1), levelAt(taken, 1)]).toEqual([0, 'untrusted']);
  });

  it('lifts, with a granted level, nobody who is higher by merit', () => {
    const signals = [at(0, 'request.answered', 20)];
    const granted: TrustSignal = { atMs: 0, type: 'level.granted', level: 'basic' };
    expect(scoreAfter([...signals, granted])).toBe(52);
  });

  it('bans for as long as said, leaves score and grant, and shortens no ban that runs', () => {
    const granted: TrustSignal = { atMs: 0, type: 'level.granted', level: 'critical' };
    const trust = replay([granted, ban(0, DAY), ban(1, HOUR)], settings);
    expect([levelAt(trust, DAY - 1), levelAt(trust, DAY)]).toEqual(['untrusted', 'critical']);
  });

  it('pardons: the ban is over, and the next one is a first one', () => {
    const twice = [at(0, 'rules.violated'), at(HOUR, 'rules.violated')];
    const pardoned = replay([...twice, at(HOUR + 1, 'peer.unbanned')], settings);
    expect(isBanned(pardoned, HOUR + 1)).toBe(false);
    const again = judge(pardoned, at(DAY, 'rules.violated'), settings);
    expect(again.bannedUntilMs).toBe(DAY + HOUR);
  });
});

describe('a level', () => {
  it('begins at 31, 51, 71 and 91', () => {
    const at0 = (earned: number) => levelAt({ ...stranger, earned }, 0);
    expect([30.999, 31, 50.999, 51, 70.999, 71, 90.999, 91].map((s) => at0(s - 50))).toEqual([
      'untrusted',
      'basic',
      'basic',
      'verified',
      'verified',
      'privileged',
      'privileged',
      'critical',
    ]);
  });
});

describe('who games the score', () => {
  it('does not get above who is honest by being good and bad in turn', () => {
    const inTurn = Array.from({ length: 24 * 30 }, (_, hour) => [
      at(hour * HOUR, 'request.answered', 20),
      at(hour * HOUR + 1, 'request.timedOut', 20),
    ]).flat();
    expect(scoreAfter(inTurn)).toBe(0);
  });

  it('with a promise broken every hour is untrusted, however much it answers between', () => {
    const mostly = Array.from({ length: 24 * 30 }, (_, hour) => [
      at(hour * HOUR, 'request.answered', 500),
      at(hour * HOUR + 1, 'promise.broken', 1),
    ]).flat();
    expect(levelAt(replay(mostly, settings), 24 * 30 * HOUR)).toBe('untrusted');
  });

  it('keeps what it owes over a leave and a return, which are no signals', () => {
    const left = replay([at(0, 'promise.broken', 8)], settings);
    expect(scoreAt(left, MINUTE)).toBeLessThan(11);
  });

  it('of two that turn out to be one is never better than of both, and no ban is lost', () => {
    fc.assert(
      fc.property(histories, histories, fc.nat(DAY), (one, other, laterMs) => {
        const [a, b] = [replay(one, settings), replay(other, settings)];
        const atMs = Math.max(a.atMs, b.atMs) + laterMs;
        const both = judge(a, { atMs, type: 'peer.followed', of: b }, settings);
        const scores = [a, b].map((each) => scoreAt(each, atMs));
        expect(scoreAt(both, atMs)).toBeLessThanOrEqual(Math.max(...scores));
        expect(isBanned(both, atMs)).toBe(isBanned(a, atMs) || isBanned(b, atMs));
        expect(both.bans).toBe(Math.max(a.bans, b.bans));
      }),
    );
  });
});
