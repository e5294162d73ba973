import { describe, expect, it } from 'vitest';
import { Kinship } from '../../../actors/peer/kinship.ts';
import type { ContinuityRecord } from '../../../actors/peer/wire/continuity.ts';
import { peerIdOf } from '../../../actors/peer/wire/peer-id.ts';
import type { Primitives } from '../../../actors/peer/wire/primitives.ts';
import { primitives } from '../../../runtime/world/primitives.ts';
import { chainOf, Owner } from './wire/continuity.fixture.ts';

const DAY_MS = 86_400_000;
const owner = new Owner(primitives, [31, 32, 33, 34, 35]);
/** Who has the first two keys of the owner, and another third one. */
const thief = new Owner(primitives, [31, 32, 43, 44]);
const other = new Owner(primitives, [51, 52]);

const idOf = (who: Owner, seq: number): string => peerIdOf(who.key(seq).publicKey);
const [FIRST, SECOND, THIRD] = [0, 1, 2].map((seq) => idOf(owner, seq)) as [string, string, string];

/** Whoever proved that key, and sealed these records. */
const comer = (who: Owner, seq: number, records?: readonly ContinuityRecord[]) => ({
  id: idOf(who, seq),
  publicKey: who.key(seq).publicKey,
  chain: records && chainOf(...records),
});

const unsigned = (record: ContinuityRecord): ContinuityRecord => ({
  ...record,
  bytes: record.bytes.with(130, (record.bytes[130] ?? 0) ^ 1),
});

function given(known: readonly string[], { peersMax = 100, granted = [] as string[] } = {}) {
  let verified = 0;
  const counting: Primitives = {
    ...primitives,
    verify: (...signed) => {
      verified += 1;
      return primitives.verify(...signed);
    },
  };
  const clock = { nowMs: 0, wallMs: (): number => clock.nowMs };
  const told: unknown[] = [];
  const names = new Set(known);
  const kinship = new Kinship({
    ...{ primitives: counting, clock, peersMax },
    isKnown: (id) => names.has(id),
    isGranted: (id) => granted.includes(id),
    onFollowed: (id, earlier) => told.push([id, ...earlier]),
  });
  return { kinship, clock, told, names, verified: () => verified };
}

describe('whoever comes with records', () => {
  it('of whom nothing is known is a stranger, and nothing is verified', () => {
    const { kinship, told, verified } = given([idOf(other, 0)]);
    expect(kinship.meet(comer(owner, 3, owner.records(0, 3)))).toBe('itself');
    expect([kinship.size, told, verified()]).toEqual([0, [], 0]);
  });

  it('is whoever was known by an earlier key, by each of its names', () => {
    const { kinship, told, verified } = given([SECOND]);
    expect(kinship.meet(comer(owner, 2, owner.records(0, 2)))).toBe('itself');
    expect(told).toEqual([[THIRD, SECOND]]);
    expect([FIRST, SECOND, THIRD].map((id) => kinship.presentOf(id))).toEqual([
      ...[FIRST, THIRD, THIRD],
    ]);
    expect([kinship.selvesOf(SECOND), verified()]).toEqual([[SECOND, THIRD], 4]);
  });

  it('is verified once, and written down once: whoever comes again costs nothing', () => {
    const { kinship, verified } = given([FIRST]);
    let written = 0;
    const count = (): void => {
      written += 1;
    };
    kinship.keepWith({ followed: count, forgotten: count });
    for (let again = 0; again < 3; again++) kinship.meet(comer(owner, 2, owner.records(0, 2)));
    expect([verified(), written]).toEqual([6, 1]);
  });

  it('is whom something is known of later by a still earlier key, too', () => {
    const { kinship, told, names } = given([SECOND]);
    kinship.meet(comer(owner, 2, owner.records(0, 2)));
    names.add(FIRST);
    kinship.meet(comer(owner, 2, owner.records(0, 2)));
    expect([told.at(-1), kinship.presentOf(FIRST)]).toEqual([[THIRD, FIRST], THIRD]);
  });

  it.each([
    [
      'to a key that was not committed to',
      comer(thief, 2, [...owner.records(0, 1), thief.record(2)]),
    ],
    ['to the key of another', comer(other, 0, owner.records(0, 1))],
    ['by a signature that is none', comer(owner, 1, [owner.record(0), unsigned(owner.record(1))])],
  ])('that lead %s has forged them', (_, peer) => {
    const { kinship, told } = given([FIRST]);
    expect([kinship.meet(peer), told, kinship.presentOf(FIRST)]).toEqual(['forged', [], FIRST]);
  });

  it.each([
    ['none', undefined],
    ['half a record', [{ ...owner.record(0), bytes: owner.record(0).bytes.subarray(1) }]],
    ['what lies after what was seen', [owner.record(2)]],
  ])('with %s is a stranger by its key', (_, records) => {
    const { kinship, told } = given([FIRST]);
    kinship.meet(comer(owner, 0, [owner.record(0)]));
    expect([kinship.meet(comer(owner, 2, records)), told]).toEqual(['itself', []]);
  });
});

it('a thousand that are there are met again with every ban, and each is read once', () => {
  const { kinship } = given([]);
  const peer = comer(owner, 3, owner.records(0, 3));
  let read = 0;
  const counted = {
    ...{ id: peer.id, publicKey: peer.publicKey },
    get chain() {
      read += 1;
      return peer.chain;
    },
  };
  kinship.meet(counted);
  const once = read;
  for (let bans = 0; bans < 1_000; bans++) kinship.meet(counted);
  expect(read).toBe(once);
});

describe('an earlier key', () => {
  it('is the same peer until its overlap is over, and then nobody', () => {
    const { kinship, clock } = given([FIRST]);
    clock.nowMs = 30 * DAY_MS;
    kinship.meet(comer(owner, 1, owner.records(0, 1)));
    clock.nowMs = 37 * DAY_MS - 1;
    expect([kinship.meet(comer(owner, 0)), kinship.isOver(FIRST)]).toEqual(['itself', false]);
    clock.nowMs += 1;
    expect([kinship.meet(comer(owner, 0)), kinship.isOver(FIRST)]).toEqual(['over', true]);
    expect(kinship.meet(comer(owner, 1))).toBe('itself');
    clock.nowMs = 30 * DAY_MS;
    expect([kinship.meet(comer(owner, 0)), kinship.isOver(FIRST)]).toEqual(['over', true]);
  });

  it('of an owner whose clock is years ahead is the same peer for 30 days by ours', () => {
    const { kinship, clock } = given([FIRST]);
    const ahead = { notBeforeMs: 3_650 * DAY_MS, notAfterMs: 3_683 * DAY_MS };
    const times = { ...ahead, previousUntilMs: 3_657 * DAY_MS };
    const records = [owner.record(0), owner.record(1, times)];
    kinship.meet(comer(owner, 1, records));
    clock.nowMs = 20 * DAY_MS;
    kinship.meet(comer(owner, 2, [...records, owner.record(2, times)]));
    clock.nowMs = 30 * DAY_MS;
    expect([kinship.isOver(FIRST), kinship.isOver(SECOND)]).toEqual([true, false]);
    clock.nowMs = 50 * DAY_MS;
    expect(kinship.isOver(SECOND)).toBe(true);
  });

  it('that was revoked is nobody, whatever the clocks say', () => {
    const { kinship } = given([FIRST]);
    const revoked = owner.record(1, { kind: 'revocation' });
    kinship.meet(comer(owner, 1, [owner.record(0), revoked]));
    expect(kinship.meet(comer(owner, 0, owner.records(0, 0)))).toBe('over');
  });

  it('that overlapped when a later one was revoked is nobody either', () => {
    const { kinship } = given([FIRST]);
    kinship.meet(comer(owner, 1, owner.records(0, 1)));
    expect(kinship.isOver(FIRST)).toBe(false);
    const revoked = owner.record(2, { kind: 'revocation' });
    kinship.meet(comer(owner, 2, [...owner.records(0, 1), revoked]));
    expect([FIRST, SECOND, THIRD].map((id) => kinship.isOver(id))).toEqual([true, true, false]);
    expect(kinship.meet(comer(thief, 0, owner.records(0, 0)))).toBe('over');
  });

  it('whose thief rotated it with the next one is rid of by a revocation', () => {
    const { kinship } = given([FIRST]);
    kinship.meet(comer(owner, 1, owner.records(0, 1)));
    const revoked = owner.record(1, { kind: 'revocation' });
    kinship.meet(comer(owner, 2, [owner.record(0), revoked, owner.record(2)]));
    expect([FIRST, SECOND].map((id) => kinship.presentOf(id))).toEqual([THIRD, THIRD]);
    const late = thief.record(2, { notBeforeMs: 90 * DAY_MS });
    expect(kinship.meet(comer(thief, 2, [...owner.records(0, 1), late]))).toBe('over');
  });
});

describe('what is remembered of them', () => {
  it('is of so many and no more: whoever was granted a level goes last', () => {
    const mine = [31, 41, 51, 61].map((seed) => new Owner(primitives, [seed, seed + 1]));
    const ids = mine.map((who) => idOf(who, 1));
    const granted = [ids[0] ?? ''];
    const { kinship } = given(ids, { peersMax: 2, granted });
    for (const who of mine) kinship.meet(comer(who, 1, who.records(0, 1)));
    expect([...kinship.all()].map(([id]) => id)).toEqual([ids[0], ids[3]]);
  });

  it('goes on from what was kept', () => {
    const { kinship, told, verified } = given([]);
    kinship.restore({ former: ['first of all'], records: owner.records(0, 2) });
    expect([kinship.presentOf(FIRST), told, verified()]).toEqual([THIRD, [], 0]);
    expect([kinship.presentOf('first of all'), kinship.isOver('first of all')]).toEqual([
      ...[THIRD, true],
    ]);
  });

  it('go on for who tells of 20 keys more than that which its connection is sealed with', () => {
    const long = new Owner(
      primitives,
      Array.from({ length: 22 }, (_, nth) => nth + 60),
    );
    const { kinship } = given([idOf(long, 0)]);
    const peer = comer(long, 0, long.records(0, 0));
    for (let seq = 1; seq <= 20; seq++) {
      expect(kinship.hears(peer, chainOf(...long.records(Math.max(0, seq - 15), seq)))).toBe(true);
    }
    expect(kinship.presentOf(idOf(long, 0))).toBe(idOf(long, 20));
  });

  it('are its last 64 names, though 16 records are kept, and never those of a thief', () => {
    const long = new Owner(
      primitives,
      Array.from({ length: 71 }, (_, nth) => nth + 60),
    );
    const usurper = new Owner(primitives, [60, 61, 200, 201]);
    const { kinship } = given([idOf(long, 0)]);
    kinship.meet(comer(usurper, 2, usurper.records(0, 2)));
    const revoked = long.record(1, { kind: 'revocation' });
    const whole = [long.record(0), revoked, ...long.records(2, 69)];
    for (let seq = 1; seq < 70; seq++) {
      kinship.meet(comer(long, seq, whole.slice(0, seq + 1).slice(-16)));
    }
    const names = Array.from({ length: 70 }, (_, nth) => idOf(long, nth));
    const present = idOf(long, 69);
    expect(kinship.selvesOf(present)).toEqual(names.slice(-64));
    expect(names.slice(-64).every((each) => kinship.presentOf(each) === present)).toBe(true);
    const strangers = [idOf(usurper, 2), ...names.slice(0, -64)];
    expect(strangers.map((each) => kinship.presentOf(each))).toEqual(strangers);
  });
});
