import { expect, it } from 'vitest';
import { ById } from '../../../../actors/peer/requests/by-id.ts';
import fc from '../../../fast-check.ts';

it('what is open is found by its id, whatever came and went before', () => {
  const ids = fc.integer({ min: 1, max: 120 }).map((n) => 2 * n + 1);
  fc.assert(
    fc.property(fc.array(ids, { maxLength: 400 }), (toggled) => {
      const open = new ById<{ readonly id: number }>();
      const model = new Map<number, { readonly id: number }>();
      for (const id of toggled) {
        open.delete(id);
        if (model.delete(id)) continue;
        const item = { id };
        open.add(item);
        model.set(id, item);
      }
      for (let id = 1; id < 250; id += 2) expect(open.get(id)).toBe(model.get(id));
      expect(open.size).toBe(model.size);
      expect(new Set(open.all())).toEqual(new Set(model.values()));
    }),
  );
});

it('takes as many slots as are open at once, however many came and went', () => {
  const open = new ById<{ readonly id: number }>();
  open.add({ id: 2 });
  for (let id = 4; id < 100_000; id += 2) {
    open.add({ id });
    open.delete(id);
  }
  expect(open.all()).toEqual([{ id: 2 }]);
});
