import { expect, it } from 'vitest';
import { Breaker } from '../../../runtime/breaker.ts';
import { breakerSummary } from '../../../runtime/endpoints/breaker-summary.ts';
import { diagnosedStage } from './stage.fixture.ts';

it('of breakers those that are not closed are told first, and all are counted', async () => {
  const { breakers } = await diagnosedStage();
  for (const name of ['a', 'b', 'c', 'd']) breakers.get(name);
  const named = breakers.get('c');
  new Breaker(breakers, named).isolate('maintenance');
  const { byGate, told } = breakerSummary(breakers.actors(), 2);
  expect(byGate).toEqual({ admitting: 3, probing: 0, rejecting: 1 });
  const counts = { calls: 0, failures: 0, slow: 0, refused: 0, late: 0 };
  expect(told).toEqual([
    { name: 'c', gate: 'rejecting', isIsolated: true, ...counts },
    { name: 'a', gate: 'admitting', isIsolated: false, ...counts },
  ]);
});

it('a secret in a name is not told, and of two by one name who is not closed', async () => {
  const { breakers } = await diagnosedStage();
  for (const word of ['hunter2hunter2', 'swordfish1234']) breakers.get(`psp?token=${word}`);
  const last = breakers.get('psp?token=swordfish1234');
  new Breaker(breakers, last).isolate('maintenance');
  const { told } = breakerSummary(breakers.actors(), 9);
  expect(told.map(({ name, gate }) => [name, gate])).toEqual([['psp?token=[secret]', 'rejecting']]);
});
