import { describe, expect, it } from 'vitest';
import { Conduct } from '../../../../actors/peer/door/conduct.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const noneExempt = (): boolean => false;

function given(isExempt: (address: string) => boolean = noneExempt) {
  const clock = new VirtualClock();
  const conduct = new Conduct(clock, isExempt);
  const misbehave = (address: string, times: number): void => {
    for (let time = 0; time < times; time++) conduct.misbehaved(address);
  };
  return { clock, conduct, misbehave };
}

describe('an address that misbehaves', () => {
  it('is blocked after 10 times at once, for 6 s, however many more it tried', () => {
    const { clock, conduct, misbehave } = given();
    misbehave('192.0.2.1', 10);
    expect(conduct.blockedMs('192.0.2.1')).toBe(0);
    misbehave('192.0.2.1', 500);
    expect([conduct.blockedMs('192.0.2.1'), conduct.blockedMs('192.0.2.2')]).toEqual([
      6 * SECOND,
      0,
    ]);
    clock.advance(6 * SECOND);
    expect(conduct.blockedMs('192.0.2.1')).toBe(0);
  });

  it('alone is the ruin of nobody beside it, in whatever netgroup', () => {
    const { conduct, misbehave, clock } = given();
    for (let minute = 0; minute < 120; minute++) {
      clock.advance(MINUTE);
      misbehave('192.0.2.1', 100);
      misbehave('2001:db8::1', 100);
    }
    const beside = ['192.0.2.2', '2001:db8::2', '2001:db8:0:1::1'];
    expect(beside.map((address) => conduct.blockedMs(address))).toEqual([0, 0, 0]);
  });

  it('is forgotten once nothing is held against it, with the last timer', () => {
    const { clock, conduct, misbehave } = given();
    misbehave('2001:db8::1', 30);
    expect(conduct.size).toBe(3);
    clock.advance(HOUR + 2 * MINUTE);
    expect([conduct.size, clock.pending]).toEqual([0, 0]);
  });

  it('is forgotten when all is closed', () => {
    const { clock, conduct, misbehave } = given();
    misbehave('2001:db8::1', 30);
    conduct.close();
    expect([conduct.size, clock.pending, conduct.blockedMs('2001:db8::1')]).toEqual([0, 0, 0]);
  });

  it('pays nothing if it is exempt, and nobody for it', () => {
    const { conduct, misbehave } = given((address) => address.startsWith('127.'));
    for (let last = 1; last < 9; last++) misbehave(`127.0.0.${last}`, 100);
    expect([conduct.size, conduct.blockedMs('127.0.0.1')]).toEqual([0, 0]);
  });
});

describe('a netgroup', () => {
  it('pays once 4 addresses of it misbehaved, and 40 times more', () => {
    const { conduct, misbehave } = given();
    for (const last of [1, 2, 3]) misbehave(`192.0.2.${last}`, 100);
    expect(conduct.blockedMs('192.0.2.200')).toBe(0);
    misbehave('192.0.2.4', 40);
    expect(conduct.blockedMs('192.0.2.200')).toBe(0);
    misbehave('192.0.2.5', 1);
    expect([conduct.blockedMs('192.0.2.200'), conduct.blockedMs('192.0.3.200')]).toEqual([
      1_500, 0,
    ]);
  });

  it('does not pay for those of more than an hour ago', () => {
    const { clock, conduct, misbehave } = given();
    for (const last of [1, 2, 3]) misbehave(`192.0.2.${last}`, 1);
    clock.advance(HOUR);
    misbehave('192.0.2.4', 1_000);
    expect(conduct.blockedMs('192.0.2.200')).toBe(0);
  });

  it('T22: is what a host pays from that goes through the addresses of its /64', () => {
    const { conduct } = given();
    for (let host = 1; host <= 4_096; host++) conduct.misbehaved(`2001:db8::${host.toString(16)}`);
    expect(conduct.blockedMs('2001:db8::ffff:1')).toBeGreaterThan(0);
    expect(conduct.blockedMs('2001:db8:0:1::1')).toBe(0);
  });

  it('T22: is no way out for who has all of a /48', () => {
    const { conduct } = given();
    for (let net = 0; net < 4_096; net++) conduct.misbehaved(`2001:db8:7:${net.toString(16)}::1`);
    expect(conduct.blockedMs('2001:db8:7:0:1::')).toBeGreaterThan(0);
    expect(conduct.blockedMs('2001:db8:8::1')).toBe(0);
  });
});

describe('T24: misbehaving addresses', () => {
  it('are remembered up to 65,536', () => {
    const { conduct } = given();
    for (let at = 0; at < 100_000; at++) {
      conduct.misbehaved(`${1 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}.1`);
    }
    expect(conduct.size).toBeLessThanOrEqual(65_536 + 16_384);
  });

  it('push out none that goes on misbehaving', () => {
    const { conduct, misbehave } = given();
    misbehave('192.0.2.1', 11);
    for (let at = 0; at < 70_000; at++) {
      conduct.misbehaved(`${1 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}.1`);
      if (at % 30_000 === 0) misbehave('192.0.2.1', 1);
    }
    expect(conduct.blockedMs('192.0.2.1')).toBe(6 * SECOND);
  });
});
