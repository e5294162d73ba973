import { describe, expect, it } from 'vitest';
import { Offenders } from '../../../actors/peer/offenders.ts';
import { distanceAt, isBanned, judge, stranger, type Trust } from '../../../machines/trust.ts';
import fc from '../../fast-check.ts';

const HOUR = 3_600_000;
const settings = { earnedMax: 70 };

const penalized = (penalty: number): Trust => ({ ...stranger, penalty });
const banned = (untilMs: number): Trust => ({ ...stranger, bannedUntilMs: untilMs, bans: 1 });
const granted: Trust = { ...stranger, granted: 'privileged' };

/** Those of a full table, and who has to go for a newcomer: itself, if there is no room. */
function goesFrom(there: Record<string, Trust>, newcomer: Trust, nowMs = 0): string | undefined {
  const offenders = new Offenders(Object.keys(there).length);
  for (const [id, trust] of Object.entries(there)) offenders.set(id, trust, 0);
  let forgotten: string | undefined;
  const hasRoom = offenders.set('newcomer', newcomer, nowMs, (id) => {
    forgotten = id;
  });
  expect(offenders.size).toBe(Object.keys(there).length);
  return hasRoom ? forgotten : 'newcomer';
}

describe('what is known about identities', () => {
  it('is what was set, to the last bit', () => {
    const number = fc.double({ noNaN: true, min: 0, max: 2e12 });
    const trusts = fc.record<Trust>({
      earned: number,
      penalty: number,
      atMs: number,
      earnings: fc.record({ sinceMs: number, used: number }),
      rateCosts: fc.record({ sinceMs: number, used: number }),
      granted: fc.constantFrom('untrusted', 'basic', 'critical'),
      bannedUntilMs: number,
      bans: fc.nat(2 ** 31 - 1),
    });
    const ids = fc.constantFrom(...'abcdefghijklmnop');
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, fc.option(trusts))), (steps) => {
        const offenders = new Offenders(16);
        const model = new Map<string, Trust>();
        for (const [id, trust] of steps) {
          if (trust === null) offenders.forget(id);
          else offenders.set(id, trust, 0);
          if (trust === null) model.delete(id);
          else model.set(id, trust);
        }
        for (const id of 'abcdefghijklmnop') {
          const expected = model.get(id) ?? stranger;
          expect(offenders.get(id)).toEqual(expected);
          expect(offenders.isBanned(id, 5)).toBe(isBanned(expected, 5));
        }
        expect([offenders.size, new Set(offenders.ids())]).toEqual([
          model.size,
          new Set(model.keys()),
        ]);
      }),
    );
  });

  it('of a stranger is nothing', () => {
    const offenders = new Offenders(16);
    expect([offenders.get('a'), offenders.has('a'), offenders.isBanned('a', 0)]).toEqual([
      stranger,
      false,
      false,
    ]);
  });
});

describe('who has to go when there is no room', () => {
  it.each<[string, Record<string, Trust>, Trust, string]>([
    ['nearest to a stranger', { a: penalized(9), b: penalized(4) }, penalized(5), 'b'],
    [
      'newcomer, if that is nearest',
      { a: penalized(9), b: penalized(4) },
      penalized(3),
      'newcomer',
    ],
    ['not banned, however far', { a: banned(HOUR), b: penalized(50) }, banned(HOUR), 'b'],
    [
      'newcomer, if all others are banned',
      { a: banned(1), b: banned(2) },
      penalized(50),
      'newcomer',
    ],
    ['banned for the shortest, for another ban', { a: banned(9), b: banned(5) }, banned(7), 'b'],
    ['banned, before who was granted a level', { a: granted, b: banned(HOUR) }, granted, 'b'],
    ['newcomer, though banned, if all were granted', { a: granted }, banned(HOUR), 'newcomer'],
  ])('is who is %s: of %j, %j', (_, there, newcomer, goes) => {
    expect(goesFrom(there, newcomer)).toBe(goes);
  });

  it('is who was banned, once that is over', () => {
    const there = { a: penalized(20), b: { ...banned(HOUR), bans: 0 } };
    expect(goesFrom(there, penalized(5), HOUR)).toBe('b');
  });

  it('is who has become nearest in time', () => {
    const there = { old: penalized(40), new: { ...penalized(30), atMs: 30 * HOUR } };
    expect(goesFrom(there, { ...penalized(10), atMs: 30 * HOUR }, 30 * HOUR)).toBe('old');
  });

  it('is the nearest of all, among up to 64', () => {
    const penalties = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(penalties, (all) => {
        const there = Object.fromEntries(all.map((penalty, at) => [`${at}`, penalized(penalty)]));
        const goes = goesFrom(there, penalized(50)) ?? '';
        expect(distanceAt(there[goes] ?? stranger, 0)).toBe(Math.min(...all));
      }),
    );
  });

  it('T24: is nobody banned while 20,000 come and go, and there are never too many', () => {
    const offenders = new Offenders(1_000);
    const violated = judge(stranger, { type: 'rules.violated', atMs: 0 }, settings);
    for (let at = 0; at < 500; at++) offenders.set(`banned ${at}`, violated, 0);
    for (let at = 0; at < 20_000; at++) offenders.set(`other ${at}`, penalized(1 + (at % 7)), at);
    const stillBanned = [...offenders.ids()].filter((id) => offenders.isBanned(id, 20_000));
    expect([offenders.size, stillBanned.length]).toEqual([1_000, 500]);
  });
});
