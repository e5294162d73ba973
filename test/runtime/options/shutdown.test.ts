import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../runtime/options/read.ts';
import { shutdownOptions } from '../../../runtime/options/shutdown.ts';
import { refusalOf } from './refusal.ts';

const refusal = (given: unknown): string =>
  refusalOf(() => readOptions(shutdownOptions, 'shutdown', given));

describe('the options of a shutdown', () => {
  it('may be none', () => {
    expect(readOptions(shutdownOptions, 'shutdown', {})).toEqual({});
  });

  it.each([
    [null, 'TypeError: shutdown must be an object, got null'],
    [{ force: true }, 'TypeError: shutdown.force is not an option'],
    [
      { deadlineMs: -1 },
      'RangeError: shutdown.deadlineMs must be a number from 0 to 3600000, got -1',
    ],
    [
      { deadlineMs: Number.NaN },
      'RangeError: shutdown.deadlineMs must be a number from 0 to 3600000, got NaN',
    ],
    [
      { deadlineMs: '5s' },
      'TypeError: shutdown.deadlineMs must be a number from 0 to 3600000, got "5s"',
    ],
  ])('are refused if they are %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });
});
