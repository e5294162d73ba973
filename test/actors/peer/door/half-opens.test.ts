import { describe, expect, it } from 'vitest';
import { HalfOpens } from '../../../../actors/peer/door/half-opens.ts';
import fc from '../../../fast-check.ts';

function opening() {
  const evicted: string[] = [];
  const halfOpens = new HalfOpens<string>((victim) => evicted.push(victim));
  /** So many of each netgroup, one netgroup after the other. */
  const fill = (netgroups: number, each: number, from = 0): void => {
    for (let group = from; group < from + netgroups; group++) {
      for (let nth = 0; nth < each; nth++) halfOpens.join(`${group}/${nth}`, `g${group}`);
    }
  };
  return { halfOpens, evicted, fill };
}

describe('those who are half open', () => {
  it('are 16 of a netgroup at most: the oldest makes room', () => {
    const { halfOpens, evicted, fill } = opening();
    fill(1, 16);
    expect([halfOpens.join('newcomer', 'g0'), halfOpens.join('another', 'g0')]).toEqual([
      true,
      true,
    ]);
    expect([evicted, halfOpens.size]).toEqual([['0/0', '0/1'], 16]);
  });

  it('are 256 at most: the oldest of the largest netgroup makes room', () => {
    const { halfOpens, evicted, fill } = opening();
    fill(247, 1);
    fill(1, 9, 300);
    for (let nth = 0; nth < 6; nth++) halfOpens.join(`newcomer ${nth}`, `n${nth}`);
    expect(evicted).toEqual([...Array.from({ length: 5 }, (_, nth) => `300/${nth}`), '0/0']);
    expect(halfOpens.size).toBe(256);
  });

  it('and come together, four of a netgroup, do not crowd each other out', () => {
    const { halfOpens, evicted, fill } = opening();
    fill(256, 1);
    fill(1, 4, 300);
    expect(evicted).toEqual(['0/0', '1/0', '2/0', '3/0']);
    halfOpens.join('300/4', 'g300');
    halfOpens.join('newcomer', 'n');
    expect(evicted.slice(4)).toEqual(['4/0', '300/0']);
  });

  it('without a netgroup make no room, and are refused if nobody can make any', () => {
    const { halfOpens, evicted } = opening();
    const joined = Array.from({ length: 300 }, (_, nth) => halfOpens.join(`${nth}`, undefined));
    expect(joined.filter((isIn) => isIn).length).toBe(256);
    expect([halfOpens.join('newcomer', 'g'), evicted]).toEqual([false, []]);
    halfOpens.leave('7');
    expect([halfOpens.join('newcomer', 'g'), halfOpens.join('another', 'h')]).toEqual([true, true]);
    expect(evicted).toEqual(['newcomer']);
  });

  it('are counted as they are, however often one leaves', () => {
    const step = fc.record({ who: fc.nat(40), group: fc.nat(3), isLeaving: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const inside = new Map<string, string>();
        const halfOpens = new HalfOpens<string>((victim) => inside.delete(victim));
        for (const [nth, { who, group, isLeaving }] of steps.entries()) {
          if (isLeaving) {
            const one = [...inside.keys()][who] ?? 'nobody';
            halfOpens.leave(one);
            halfOpens.leave(one);
            inside.delete(one);
          } else if (halfOpens.join(`${nth}`, `g${group}`)) inside.set(`${nth}`, `g${group}`);
          expect(halfOpens.size).toBe(inside.size);
          const ofGroup = [...inside.values()].filter((its) => its === `g${group}`).length;
          expect(ofGroup <= 16).toBe(true);
        }
      }),
    );
  });
});
