import { describe, expect, it } from 'vitest';
import { type Rank, Ranks, ranks } from '../../../actors/peer/ranks.ts';
import fc from '../../fast-check.ts';

/** All rows, by rank. */
const rowsOf = (all: Ranks): Record<string, number[]> =>
  Object.fromEntries(
    ranks.map((rank) => [
      rank,
      Array.from({ length: all.count(rank) }, (_, index) => all.row(rank, index) ?? -1).sort(),
    ]),
  );

describe('ranks', () => {
  it('have each row in the rank that it was moved to last, and grow with free ones', () => {
    const steps = fc.array(fc.tuple(fc.nat(30), fc.constantFrom(...ranks)));
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const all = new Ranks();
        const model = new Map<number, Rank>();
        for (const [capacity, moves] of [[31, before] as const, [40, after] as const]) {
          all.grow(capacity);
          for (let row = 0; row < capacity; row++) model.set(row, model.get(row) ?? 'free');
          for (const [row, rank] of moves) {
            all.move(row, rank);
            model.set(row, rank);
          }
          const expected = ranks.map((rank) => [
            rank,
            [...model.keys()].filter((row) => model.get(row) === rank).sort(),
          ]);
          expect(rowsOf(all)).toEqual(Object.fromEntries(expected));
        }
      }),
    );
  });

  it('have no row beyond the last of a rank', () => {
    const all = new Ranks();
    all.grow(2);
    all.move(1, 'banned');
    expect([all.row('banned', 0), all.row('banned', 1), all.row('plain', 0)]).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });
});
