import { expect, it } from 'vitest';
import { toldFact } from '../../../runtime/inspector/told-fact.ts';

it('is a fact without where and when', () => {
  const told = { id: 'f-1', type: 'actor.failed', data: { incarnation: 1 } };
  const fact = {
    specversion: '1.0',
    source: 'holdfast/shop',
    time: '2026-01-01T00:00:00Z',
    ...told,
  };
  expect([toldFact(fact), toldFact({ ...fact, subject: 'a', causationid: 'f-0' })]).toEqual([
    told,
    { ...told, subject: 'a', causationid: 'f-0' },
  ]);
});
