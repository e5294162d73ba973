import { expect, it } from 'vitest';
import { Turns } from '../../../../actors/peer/requests/turns.ts';
import fc from '../../../fast-check.ts';
import { Silent } from '../silent.ts';

it('turns go in order, and anybody may leave', () => {
  const deeds = fc.array(fc.nat({ max: 5 }), { maxLength: 40 });
  fc.assert(
    fc.property(deeds, (picks) => {
      const turns = new Turns();
      const all = [0, 1, 2, 3, 4, 5].map(() => new Silent());
      const expected: Silent[] = [];
      for (const pick of picks) {
        const exchange = all[pick];
        if (exchange === undefined) continue;
        if (exchange.turns === undefined) {
          turns.push(exchange);
          expected.push(exchange);
        } else {
          turns.delete(exchange);
          expected.splice(expected.indexOf(exchange), 1);
        }
        const there: unknown[] = [];
        for (let next = turns.first; next !== undefined; next = next.after) there.push(next);
        expect(there.map((each) => all.indexOf(each as Silent))).toEqual(
          expected.map((each) => all.indexOf(each)),
        );
        expect(turns.size).toBe(expected.length);
      }
    }),
  );
});
