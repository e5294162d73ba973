import { expect, it } from 'vitest';
import { ItemQueue } from '../../../../actors/peer/requests/items.ts';
import { failRequest } from '../../../../actors/refusals.ts';
import { json } from '../joined.ts';

it('items are read in order, also by who came before them, until it is over', async () => {
  const read: unknown[] = [];
  const items = new ItemQueue(
    (payload) => read.push(payload),
    () => read.push('cancelled'),
  );
  items.put(json(1));
  const early = [items.next(), items.next()];
  expect([items.isAwaited, read]).toEqual([true, [json(1)]]);
  items.put(json(2));
  items.put(json(3));
  const failed = { kind: 'failed', failure: failRequest('REQUEST_TIMEOUT') } as const;
  const late = [items.next(), items.next()];
  items.end(failed);
  items.end({ kind: 'end' });
  expect(await Promise.all([...early, ...late, items.next()])).toEqual([
    ...[1, 2, 3].map((n) => ({ kind: 'item', payload: json(n) })),
    ...[failed, failed],
  ]);
  items.cancel();
  expect(read).toEqual([json(1), json(3), 'cancelled']);
});
