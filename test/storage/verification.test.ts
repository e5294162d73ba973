import { expect, it } from 'vitest';
import { verdicts, worst } from '../../storage/verification.ts';

it('the worst verdict counts', () => {
  expect([worst([]), worst(['shredded', 'ok']), worst([...verdicts])]).toEqual([
    'ok',
    'shredded',
    'tampered',
  ]);
  expect(worst(['unverifiable', 'tornTail'])).toBe('unverifiable');
});
