import { expect, it } from 'vitest';
import { isAlarm, verdicts, worst } from '../../storage/verification.ts';

it('the worst verdict counts', () => {
  expect([worst([]), worst(['shredded', 'ok']), worst([...verdicts])]).toEqual([
    'ok',
    'shredded',
    'tampered',
  ]);
  expect(worst(['unverifiable', 'tornTail'])).toBe('unverifiable');
});

it('what neither a crash nor a failing disk leaves is an alarm', () => {
  expect(verdicts.filter((verdict) => isAlarm(verdict))).toEqual(['rolledBack', 'tampered']);
});
