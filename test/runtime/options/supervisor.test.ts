import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../runtime/options/read.ts';
import { supervisorOptions } from '../../../runtime/options/supervisor.ts';
import { refusalOf } from './refusal.ts';

const refusal = (given: unknown): string =>
  refusalOf(() => readOptions(supervisorOptions, 'supervisor', given));

describe('the options of a supervisor', () => {
  it('have defaults', () => {
    expect(readOptions(supervisorOptions, 'supervisor', {})).toEqual({
      strategy: 'oneForOne',
      restart: 'transient',
      restartsMax: 5,
      windowMs: 60_000,
      backoff: { minMs: 200, maxMs: 30_000, factor: 2 },
      stableAfterMs: 10_000,
    });
  });

  it.each([
    [null, 'TypeError: supervisor must be an object, got null'],
    ['workers', 'TypeError: supervisor must be an object, got "workers"'],
    [
      { strategy: 'one_for_one' },
      'RangeError: supervisor.strategy must be one of oneForOne, oneForAll, restForOne, ' +
        'got "one_for_one"',
    ],
    [{ mailbox: {} }, 'TypeError: supervisor.mailbox is not an option'],
    [
      { restartsMax: 2.5 },
      'RangeError: supervisor.restartsMax must be a whole number from 0 to 10000, got 2.5',
    ],
  ])('are refused if they are %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });
});
