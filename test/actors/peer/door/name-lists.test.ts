import { describe, expect, it } from 'vitest';
import type { FeedBreaker } from '../../../../actors/feed.actor.ts';
import type { NamedAddress } from '../../../../actors/names.ts';
import { NameLists } from '../../../../actors/peer/door/name-lists.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';

const [ZEN, BAD] = ['zen.example.org', 'bad.example.org'];
const listed = (address = '127.0.0.2', ttlS = 120): readonly NamedAddress[] => [{ address, ttlS }];

/** Zones that answer what they are given to answer; undefined hangs. */
function given(zones: readonly string[] = [ZEN]) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const reports: string[] = [];
  const gone: string[] = [];
  const gate = { isOpen: false };
  let answers: Record<string, readonly NamedAddress[] | Error | undefined> = {};
  const breaker: FeedBreaker = {
    admit: () =>
      gate.isOpen
        ? { admitted: false }
        : {
            admitted: true,
            succeed: () => reports.push('succeeded'),
            fail: (error) => reports.push(error instanceof Error ? error.message : ''),
            ignore: () => reports.push('ignored'),
          },
  };
  const lists = new NameLists({
    ...{ clock, zones, servers: [], deadlineMs: 2_000, breakerOf: () => breaker },
    names: {
      async resolve(name, signal) {
        asked.push(name);
        const answer = name in answers ? answers[name] : [];
        if (answer instanceof Error) throw answer;
        if (answer !== undefined) return answer;
        return await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('given up')));
        });
      },
    },
    onListed: (isSo) =>
      gone.push(...['203.0.113.7', '2001:db8::1', '2001:db8::2', '192.0.2.1'].filter(isSo)),
  });
  const answer = (all: typeof answers): void => {
    answers = all;
  };
  const look = async (address: string, forMs = 0) => {
    lists.look(address);
    await clock.advanceAsync(forMs);
    return lists.verdict(address);
  };
  return { clock, lists, asked, reports, gone, gate, answer, look };
}

const NIBBLES = '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2';

describe('lists that are asked by name', () => {
  it('are asked with the address reversed, and have whoever is there let go', async () => {
    const { asked, gone, answer, look } = given();
    answer({ [`7.113.0.203.${ZEN}`]: listed('127.0.0.4'), [`${NIBBLES}.${ZEN}`]: listed() });
    const verdict = { because: 'named', list: ZEN };
    expect(await look('203.0.113.7')).toEqual({ ...verdict, answer: '127.0.0.4' });
    expect(await look('2001:db8::1')).toEqual({ ...verdict, answer: '127.0.0.2' });
    expect(await look('192.0.2.1')).toBe(undefined);
    expect(asked).toEqual([`7.113.0.203.${ZEN}`, `${NIBBLES}.${ZEN}`, `1.2.0.192.${ZEN}`]);
    expect(gone).toEqual(['203.0.113.7', '2001:db8::1', '2001:db8::2']);
  });

  it('T22: are asked once about a /64, whoever hops through it', async () => {
    const { asked, answer, look, lists } = given();
    answer({ [`${NIBBLES}.${ZEN}`]: listed() });
    await look('2001:db8::1');
    for (const hop of ['2', 'ffff', '1:2']) await look(`2001:db8::${hop}`);
    expect([asked.length, lists.verdict('2001:db8::ffff:1')?.because]).toEqual([1, 'named']);
    expect(lists.verdict('2001:db8:0:1::1')).toBe(undefined);
  });

  it.each([
    ['198.51.100.1', 'succeeded'],
    ['126.0.0.2', 'succeeded'],
    ['127.255.255.254', 'the zone does not answer us'],
  ])('refuse nobody by an answer of %s', async (address, report) => {
    const { answer, look, reports, gone } = given();
    answer({ [`7.113.0.203.${ZEN}`]: listed(address) });
    expect([await look('203.0.113.7'), reports, gone]).toEqual([undefined, [report], []]);
  });

  it('are waited for no longer than their deadline, and refuse nobody then', async () => {
    const { answer, look, reports, lists, clock, asked } = given([ZEN, BAD]);
    answer({ [`7.113.0.203.${ZEN}`]: undefined, [`7.113.0.203.${BAD}`]: new Error('SERVFAIL') });
    expect(await look('203.0.113.7', 1_999)).toBe(undefined);
    expect(reports).toEqual(['SERVFAIL']);
    expect(await look('203.0.113.7', 1)).toBe(undefined);
    expect(reports).toEqual(['SERVFAIL', 'no answer within 2000 ms']);
    // Asked again soon, for it is not known.
    await look('203.0.113.7', 29_999);
    expect(asked.length).toBe(2);
    answer({ [`7.113.0.203.${BAD}`]: listed() });
    expect((await look('203.0.113.7', 1))?.list).toBe(undefined);
    expect((await look('203.0.113.7'))?.list).toBe(BAD);
    lists.close();
    expect(clock.pending).toBe(0);
  });

  it('are believed for as long as they say, from a minute to a day', async () => {
    const { answer, look, lists, clock } = given();
    answer({
      ...{ [`1.2.0.192.${ZEN}`]: listed('127.0.0.2', 1) },
      [`2.2.0.192.${ZEN}`]: listed('127.0.0.2', 10_000_000),
    });
    await look('192.0.2.1');
    await look('192.0.2.2');
    const both = () => ['192.0.2.1', '192.0.2.2'].map((one) => lists.verdict(one)?.because);
    await clock.advanceAsync(59_999);
    expect(both()).toEqual(['named', 'named']);
    await clock.advanceAsync(1);
    expect(both()).toEqual([undefined, 'named']);
    await clock.advanceAsync(86_340_000);
    expect(both()).toEqual([undefined, undefined]);
  });

  it('are asked about 32 at once, and about nobody while their breaker is open', async () => {
    const { answer, asked, lists, clock, gate, look } = given();
    const all = Array.from({ length: 40 }, (_, at) => `10.0.0.${at}`);
    answer(Object.fromEntries(all.map((_, at) => [`${at}.0.0.10.${ZEN}`, undefined])));
    for (const address of all) lists.look(address);
    expect(asked.length).toBe(32);
    await clock.advanceAsync(2_000);
    gate.isOpen = true;
    expect([await look('192.0.2.1'), asked.length]).toEqual([undefined, 32]);
  });
});
