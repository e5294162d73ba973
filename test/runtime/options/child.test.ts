import { describe, expect, it } from 'vitest';
import { childOptions } from '../../../runtime/options/child.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { refusalOf } from './refusal.ts';

const refusal = (given: unknown): string =>
  refusalOf(() => readOptions(childOptions, 'start', given));

describe('the options of a child', () => {
  it('have defaults', () => {
    expect(readOptions(childOptions, 'start', {})).toEqual({
      restart: 'transient',
      backoff: { minMs: 200, maxMs: 30_000, factor: 2 },
      stableAfterMs: 10_000,
      shutdownMs: 5_000,
      mailbox: { eventsMax: 1024, attemptsMax: 1 },
      restore: 'fresh',
    });
  });

  it('hand the input through as it is', () => {
    const input = { not: ['a', 'copy'] };
    expect(readOptions(childOptions, 'start', { input }).input).toBe(input);
  });

  it('may name a breaker whose opening fails it', () => {
    const restartOnOpen = 'GET https://psp.example';
    expect(readOptions(childOptions, 'start', { restartOnOpen })).toMatchObject({ restartOnOpen });
  });

  it.each([
    [null, 'TypeError: start must be an object, got null'],
    [7, 'TypeError: start must be an object, got 7'],
    [[], 'TypeError: start must be an object, got an array'],
    [{ retries: 3 }, 'TypeError: start.retries is not an option'],
    [{ shutdownMs: -1 }, 'RangeError: start.shutdownMs must be a number from 0 to 3600000, got -1'],
    [
      { shutdownMs: Number.POSITIVE_INFINITY },
      'RangeError: start.shutdownMs must be a number from 0 to 3600000, got Infinity',
    ],
    [
      { mailbox: { eventsMax: 0 } },
      'RangeError: start.mailbox.eventsMax must be a whole number from 1 to 1000000, got 0',
    ],
    [
      { mailbox: { eventsMax: 1e12 } },
      'RangeError: start.mailbox.eventsMax must be a whole number from 1 to 1000000, ' +
        'got 1000000000000',
    ],
    [
      { mailbox: { attemptsMax: 0 } },
      'RangeError: start.mailbox.attemptsMax must be a whole number from 1 to 100, got 0',
    ],
    [{ mailbox: { overflow: 'drop' } }, 'TypeError: start.mailbox.overflow is not an option'],
    [
      { mailbox: 1024 },
      'TypeError: start.mailbox must be an object with eventsMax and attemptsMax, got 1024',
    ],
    [
      { restartOnOpen: true },
      'TypeError: start.restartOnOpen must be a string of 1 to 128 characters, got true',
    ],
    [
      { restartOnOpen: '' },
      'RangeError: start.restartOnOpen must be a string of 1 to 128 characters, got ""',
    ],
    [{ persist: true }, 'TypeError: start.persist must be an object with logicVersion, got true'],
    [
      { persist: {} },
      'TypeError: start.persist.logicVersion must be a whole number from 0 to 2147483647, ' +
        'got undefined',
    ],
    [
      { persist: { logicVersion: 1.5 } },
      'RangeError: start.persist.logicVersion must be a whole number from 0 to 2147483647, got 1.5',
    ],
    [{ restore: 'last' }, 'RangeError: start.restore must be one of fresh, lastGood, got "last"'],
  ])('are refused if they are %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });
});
