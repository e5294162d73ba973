import { describe, expect, it } from 'vitest';
import { type Guest, Roster } from '../../../actors/peer/roster.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

interface Coming {
  readonly role: 'initiator' | 'responder';
  readonly address?: string;
  readonly carrier?: 'ws' | 'relay';
}

function stage(peersMax = 100, trust: Readonly<Record<string, number>> = {}, granted = ['g']) {
  const clock = new VirtualClock();
  const dropped: string[] = [];
  const roster = new Roster<Guest>({
    clock,
    ownId: () => 'm',
    peersMax,
    draw: () => 0.5,
    trustOf: (id) => trust[id] ?? 50,
    presentOf: (id) => id,
    isGranted: (id) => granted.includes(id),
  });
  let guests = 0;
  const add = (id: string, { role, address = '10.0.0.1', carrier = 'ws' }: Coming): boolean => {
    guests += 1;
    const name = `${id}${guests}`;
    const actor: Guest = {
      role,
      carrier,
      peer: undefined,
      close: () => dropped.push(`${name} closed`),
      remote: { address, port: 1 },
      pingMs: Number.POSITIVE_INFINITY,
      usefulAtMs: Number.NEGATIVE_INFINITY,
      sinceMs: clock.monotonicMs(),
      drop: (because: string) => dropped.push(`${name} ${because}`),
    };
    return roster.add(actor, id);
  };
  return { clock, roster, add, dropped };
}

const inbound: Coming = { role: 'responder' };
const outbound: Coming = { role: 'initiator' };

describe('who is connected', () => {
  it('is there once: the newer connection takes the place of the older one', () => {
    const { roster, add, dropped } = stage();
    expect([add('a', inbound), add('a', inbound), roster.size]).toEqual([true, true, 1]);
    expect(dropped).toEqual(['a1 replaced']);
  });

  it.each([
    ['z', 'initiator', true],
    ['z', 'responder', false],
    ['a', 'initiator', false],
    ['a', 'responder', true],
  ] as const)(
    'of two who dial each other at once, that of the lower id stays: %s as %s',
    (id, role, isKept) => {
      const { clock, add } = stage();
      add(id, { role });
      clock.advance(10_000);
      const other = role === 'initiator' ? inbound : outbound;
      expect(add(id, other)).toBe(!isKept);
      clock.advance(10_001);
      expect(add(id, isKept ? other : { role })).toBe(true);
    },
  );

  it('makes room for a newcomer that speaks more for itself', () => {
    const { roster, add, dropped } = stage(3);
    for (const id of ['a', 'b', 'c']) add(id, inbound);
    expect([add('d', inbound), roster.size, dropped]).toEqual([false, 3, []]);
    const poor = stage(3, { c: 10 });
    for (const id of ['a', 'b', 'c']) poor.add(id, inbound);
    expect([poor.add('d', { ...inbound, address: '10.9.0.1' }), poor.dropped]).toEqual([
      true,
      ['c3 evicted'],
    ]);
  });

  it('is never let go for others if it was dialled by us, or granted a level', () => {
    const { add, dropped } = stage(5, { a: 1, g: 1 });
    for (const id of ['a', 'b', 'c', 'd']) add(id, outbound);
    add('g', inbound);
    expect([add('e', { ...inbound, address: '10.9.0.1' }), dropped]).toEqual([false, []]);
  });

  it('that is trusted least is the first to go when there is too much to do', () => {
    const { roster, add } = stage(9, { a: 40, b: 20, g: 1 });
    for (const id of ['a', 'b', 'g']) add(id, inbound);
    expect(roster.leastTrusted()).toBe(roster.get('b'));
  });
});
