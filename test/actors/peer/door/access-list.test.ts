import { describe, expect, it } from 'vitest';
import {
  AccessList,
  type AccessLists,
  ENTRIES_MAX,
  type Verdict,
} from '../../../../actors/peer/door/access-list.ts';
import { parseRange, type Range } from '../../../../actors/peer/door/cidr.ts';
import { RangeTable } from '../../../../actors/peer/door/range-table.ts';
import { peerIdOf } from '../../../../actors/peer/wire/peer-id.ts';

const idOf = (seed: number): string => peerIdOf(new Uint8Array(32).fill(seed));
const [ALICE, BOB] = [idOf(1), idOf(2)];

const listOf = (lists: Partial<AccessLists>): AccessList =>
  new AccessList({ allow: [], deny: [], ...lists });

const range = (text: string): Range => {
  const parsed = parseRange(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
};

/** A zone that has one address. */
const namedIf =
  (listed: string) =>
  (address: string): Verdict | undefined =>
    address === listed ? { because: 'named' } : undefined;

describe('lists', () => {
  it.each<[string, Partial<AccessLists>, string, string | undefined, string | undefined]>([
    ['nobody', {}, '192.0.2.1', undefined, undefined],
    ['a range denied', { deny: ['192.0.2.0/24'] }, '192.0.2.1', undefined, 'denied'],
    ['another range denied', { deny: ['192.0.3.0/24'] }, '192.0.2.1', ALICE, undefined],
    ['an identity denied', { deny: [ALICE] }, '192.0.2.1', ALICE, 'denied'],
    ['an identity denied, and unknown yet', { deny: [ALICE] }, '192.0.2.1', undefined, undefined],
    ['another identity denied', { deny: [ALICE] }, '192.0.2.1', BOB, undefined],
    ['an identity allowed', { allow: [ALICE] }, '192.0.2.1', ALICE, undefined],
    ['an identity allowed, unknown yet', { allow: [ALICE] }, '192.0.2.1', undefined, undefined],
    ['only another allowed', { allow: [ALICE] }, '192.0.2.1', BOB, 'notAllowed'],
    ['a range allowed', { allow: ['2001:db8::/32'] }, '2001:db8::1', BOB, undefined],
    ['only another range', { allow: ['2001:db8::/32'] }, '192.0.2.1', undefined, 'notAllowed'],
    ['a range or an identity', { allow: [ALICE, '::1'] }, '192.0.2.1', ALICE, undefined],
    ['neither of both', { allow: [ALICE, '::1'] }, '192.0.2.1', BOB, 'notAllowed'],
    ['both lists', { allow: [ALICE], deny: ['192.0.2.1'] }, '192.0.2.1', ALICE, 'denied'],
    ['both lists', { allow: ['192.0.2.0/24'], deny: ['192.0.2.1'] }, '192.0.2.1', BOB, 'denied'],
    ['both lists', { allow: ['192.0.2.1'], deny: [ALICE] }, '192.0.2.1', ALICE, 'denied'],
  ])('with %s (%j) say of %s, %s: %s', (_, lists, address, id, exclusion) => {
    expect(listOf(lists).excludes({ address, ids: id === undefined ? [] : [id] }, 0)).toBe(
      exclusion,
    );
  });

  it('T23: deny IPv4 in every spelling that IPv6 has for it', () => {
    const spellings = ['::ffff:8.8.8.0/120', '::FFFF:808:800/120', '8.8.8.0/24'];
    const exclusions = spellings.map((spelling) =>
      listOf({ deny: [spelling] }).excludes({ address: '8.8.8.8' }, 0),
    );
    expect(exclusions).toEqual(['denied', 'denied', 'denied']);
  });

  const CARRYING = [
    ...['2002:c000:242:7::5', '2001:0:4136:e378:8000:63bf:3fff:fdbd', '64:ff9b::c000:242'],
    ...['::c000:242', '::ffff:0:c000:242', 'fe80::5efe:c000:242', '2001:db8::200:5efe:c000:242'],
    ...['64:ff9b:1:c000:2:4200::', '64:ff9b:1:c0:0:242::', '64:ff9b:1:0:c0:2:4200::'],
    ...['64:ff9b:1::c000:242', '64:ff9b:1:c000:2:4200:808:808'],
  ];

  it.each<[string, Partial<AccessLists>, (list: AccessList) => void]>([
    ['denied', { deny: ['192.0.2.66'] }, () => {}],
    ['denied', { allow: ['::/0'], deny: ['192.0.2.0/24'] }, () => {}],
    ['listed', {}, (list) => list.heed('/drop.txt', RangeTable.of([[range('192.0.2.66'), 1]]))],
    ['named', {}, (list) => list.ask({ verdict: namedIf('192.0.2.66'), look: () => {} })],
    [
      'banned',
      {},
      (list) => list.ban(range('192.0.2.66'), { cidr: '', reason: '', untilMs: 1 }, 0),
    ],
    [
      'country',
      { geo: { allow: [], deny: ['RU'] } },
      (list) => list.locate('', (address) => (address === '192.0.2.66' ? 'RU' : undefined)),
    ],
    [
      'country',
      { geo: { allow: ['DE'], deny: [] } },
      (list) => list.locate('', (address) => (address === '192.0.2.66' ? undefined : 'DE')),
    ],
  ])('T23: that have an IPv4 address %s hold for those that carry it: %j', (because, of, tell) => {
    const list = listOf(of);
    tell(list);
    expect(CARRYING.map((address) => list.excludes({ address }, 0))).toEqual(
      CARRYING.map(() => because),
    );
    expect(list.excludes({ address: '2002:c000:343::5' }, 0)).toBe(undefined);
  });

  it.each<[string, Partial<AccessLists>]>([
    ['notAllowed', { allow: ['192.0.2.66'] }],
    ['country', { geo: { allow: ['DE'], deny: [] } }],
    ['listed', { isExempt: (address) => address === '192.0.2.66' }],
  ])('T23: let nobody in for an IPv4 address that is carried alone: %s, %j', (because, lists) => {
    const list = listOf(lists);
    list.locate('', (address) => (address === '192.0.2.66' ? 'DE' : undefined));
    list.heed('', RangeTable.of([[range('192.0.2.66'), 1]]));
    if (because === 'country') list.heed('', RangeTable.of([]));
    expect(CARRYING.map((address) => list.excludes({ address }, 0))).toEqual(
      CARRYING.map(() => because),
    );
  });

  it('T23: that are asked by name are asked about an IPv4 address that is carried, too', () => {
    const asked: string[] = [];
    const list = listOf({ isExempt: (address) => address === '::c000:243' });
    list.ask({ verdict: () => undefined, look: (address) => asked.push(address) });
    for (const address of ['192.0.2.66', '2002:c000:242::5', '::c000:243']) list.look(address);
    expect(asked).toEqual(['192.0.2.66', '2002:c000:242::5', '192.0.2.66']);
  });

  it('T22: deny a whole /64 of which one address is denied', () => {
    const list = listOf({ deny: ['192.0.2.1', '2001:db8::5'] });
    const at = (address: string) => list.verdict({ address }, 0);
    expect([at('2001:db8::ffff:1'), at('2001:db8:0:1::5')]).toEqual([
      { because: 'denied', list: 'network.deny', line: 2, cidr: '2001:db8::/64' },
      undefined,
    ]);
  });

  it('of others refuse whoever is neither exempt nor in a range allowed, and name the line', () => {
    const isExempt = (address: string): boolean => address === '192.0.2.9';
    const list = listOf({ allow: ['192.0.2.64/26', ALICE], isExempt });
    list.heed('/drop.txt', RangeTable.of([[range('192.0.2.0/24'), 7]]));
    const at = (address: string, ...ids: string[]) => list.verdict({ address, ids }, 0);
    const listed = { because: 'listed', list: '/drop.txt', line: 7, cidr: '192.0.2.0/24' };
    expect([at('192.0.2.1'), at('192.0.2.9'), at('192.0.2.65')]).toEqual([
      ...[listed, undefined, undefined],
    ]);
    expect([at('192.0.2.1', ALICE), at('198.51.100.1', BOB)]).toEqual([
      listed,
      { because: 'notAllowed' },
    ]);
    list.heed('/drop.txt', RangeTable.of([]));
    expect(at('192.0.2.1', ALICE)).toBe(undefined);
  });

  it.each<[readonly string[], readonly string[], (string | undefined)[]]>([
    [[], ['RU'], [undefined, 'RU', undefined, undefined]],
    [['DE'], [], [undefined, 'RU', 'nowhere', undefined]],
    [['DE', 'RU'], ['RU'], [undefined, 'RU', 'nowhere', undefined]],
    [[], [], [undefined, undefined, undefined, undefined]],
  ])('that allow %j and deny %j of countries refuse by them', (allow, deny, expected) => {
    const isExempt = (address: string): boolean => address === '127.0.0.1';
    const list = listOf({ geo: { allow, deny }, isExempt });
    const addresses = ['192.0.2.1', '198.51.100.1', '203.0.113.1', '127.0.0.1'];
    const found = () => addresses.map((address) => list.verdict({ address }, 0));
    expect(found()).toEqual(Array(4).fill(undefined));
    const known = new Map([
      ['192.0.2.1', 'DE'],
      ['198.51.100.1', 'RU'],
    ]);
    list.locate('/geo.mmdb', (address) => known.get(address));
    const told = { because: 'country', list: '/geo.mmdb' };
    expect(found()).toEqual(
      expected.map((country) => {
        if (country === undefined) return undefined;
        return country === 'nowhere' ? told : { ...told, country };
      }),
    );
  });

  it.each([
    ['allow', 'alice'],
    ['deny', '10.0.0.0/33'],
    ['deny', ALICE.toUpperCase()],
    ['deny', `${ALICE.slice(0, -1)}b`],
    ['allow', ''],
  ])('cannot have in %s: %j', (field, entry) => {
    expect(() => listOf({ [field]: ['::1', entry] })).toThrow(
      new TypeError(`${field} must be peer ids, addresses or CIDR ranges, got "${entry}"`),
    );
  });

  it('have at most 100,000 entries', () => {
    const entries = Array.from({ length: ENTRIES_MAX }, (_, at) => {
      const [high, middle, low] = [10 + (at >> 16), (at >> 8) & 255, at & 255];
      return `${high}.${middle}.${low}.0/24`;
    });
    const list = listOf({ deny: entries });
    const exclusions = ['11.0.1.7', '12.0.1.7'].map((address) => list.excludes({ address }, 0));
    expect(exclusions).toEqual(['denied', undefined]);
    expect(() => listOf({ deny: [...entries, '::1'] })).toThrow(
      new RangeError('deny must have at most 100000 entries: 100001'),
    );
  });
});

describe('the ban of a range', () => {
  const ban = (list: AccessList, cidr: string, untilMs: number, nowMs = 0): boolean =>
    list.ban(range(cidr), { cidr, reason: 'test', untilMs }, nowMs);

  it('ends when it was to end, is shortened by no other, and can be taken back', () => {
    const list = listOf({ allow: ['192.0.2.0/24'] });
    expect([ban(list, '192.0.2.0/25', 1_000), ban(list, '192.0.2.0/25', 500)]).toEqual([
      true,
      true,
    ]);
    const at = (nowMs: number, address = '192.0.2.9') => list.excludes({ address }, nowMs);
    expect([at(0), at(999), at(1_000), at(0, '192.0.2.200')]).toEqual([
      'banned',
      'banned',
      undefined,
      undefined,
    ]);
    expect([list.bans(999), list.bans(1_000)]).toEqual([
      [{ cidr: '192.0.2.0/25', reason: 'test', untilMs: 1_000 }],
      [],
    ]);
    list.unban(range('192.0.2.0/25'));
    expect([at(0), list.bans(0)]).toEqual([undefined, []]);
  });

  it('T22: of one address of IPv6 is that of its /64, and ends as one', () => {
    const list = listOf({});
    ban(list, '2001:db8::1', 1_000);
    const at = (address: string) => list.excludes({ address }, 0);
    expect([at('2001:db8::2'), at('2001:db8:0:1::1')]).toEqual(['banned', undefined]);
    list.unban(range('2001:db8::77'));
    expect(at('2001:db8::1')).toBe(undefined);
  });

  it('T24: finds room only where another is over', () => {
    const list = listOf({});
    const cidrAt = (at: number) => `2001:db8:${(at >> 8).toString(16)}:${at & 255}::/64`;
    for (let at = 0; at < ENTRIES_MAX; at++) ban(list, cidrAt(at), at === 0 ? 10 : 20);
    expect([ban(list, '::1', 20, 9), ban(list, cidrAt(7), 20, 9)]).toEqual([false, true]);
    expect([ban(list, '::1', 20, 10), ban(list, '1::2', 20, 10)]).toEqual([true, false]);
    expect(list.bans(10).length).toBe(ENTRIES_MAX);
  });
});
