import { describe, expect, it } from 'vitest';
import { RefusalCounts } from '../../../../actors/peer/door/refusal-counts.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';

function given() {
  const clock = new VirtualClock();
  const told: unknown[] = [];
  const refusals = new RefusalCounts({
    clock,
    tell: (type, subject, data) => {
      told.push([type, subject, data]);
      return '';
    },
  });
  return { clock, told, refusals };
}

describe('refused strangers', () => {
  it('are one fact a minute for each netgroup, counted by reason', () => {
    const { clock, told, refusals } = given();
    refusals.count('192.0.2.1', 'blocked');
    refusals.count('192.0.2.2', 'blocked');
    refusals.count('2001:db8::9', 'denied');
    refusals.count('192.0.2.1', 'full');
    clock.advance(59_999);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual([
      ['peer.refused', '', { netgroup: '192.0.2.0/24', counts: { blocked: 2, full: 1 } }],
      ['peer.refused', '', { netgroup: '2001:db8::/64', counts: { denied: 1 } }],
    ]);
    clock.advance(600_000);
    expect([told.length, clock.pending]).toEqual([2, 0]);
  });

  it('have the lines of lists that refused them, at most 4 of a netgroup', () => {
    const { clock, told, refusals } = given();
    const at = (line: number) => ({ list: '/drop.txt', line, cidr: '192.0.2.0/30' });
    for (const line of [7, 7, 8, 9, 10, 11]) refusals.count('192.0.2.1', 'listed', at(line));
    clock.advance(60_000);
    const lines = [7, 8, 9, 10].map(at).map(({ list: path, ...rest }) => ({ path, ...rest }));
    expect(told).toEqual([
      ['peer.refused', '', { netgroup: '192.0.2.0/24', counts: { listed: 6 }, lines }],
    ]);
  });

  it('of more than 1,000 netgroups are one', () => {
    const { clock, told, refusals } = given();
    for (let at = 0; at < 50_000; at++) {
      refusals.count(`10.${at >> 8}.${at & 255}.1`, 'blocked');
    }
    clock.advance(60_000);
    expect([told.length, told.at(-1)]).toEqual([
      1_001,
      ['peer.refused', '', { netgroup: 'others', counts: { blocked: 49_000 } }],
    ]);
  });

  it('are told before the end', () => {
    const { clock, told, refusals } = given();
    refusals.count('192.0.2.1', 'blocked');
    refusals.tell();
    expect([told.length, clock.pending]).toEqual([1, 0]);
  });
});
