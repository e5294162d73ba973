import { describe, expect, it } from 'vitest';
import { askOptions } from '../../../runtime/options/ask.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { refusalOf } from './refusal.ts';

const refusal = (given: unknown): string => refusalOf(() => readOptions(askOptions, 'ask', given));

describe('the options of a question', () => {
  it('are handed through', () => {
    const { signal } = new AbortController();
    const read = readOptions(askOptions, 'ask', { reply: 'done', timeoutMs: 5, signal });
    expect(read).toEqual({ reply: 'done', timeoutMs: 5, signal });
    expect(read.signal).toBe(signal);
  });

  it.each([
    [null, 'TypeError: ask must be an object with at least reply, got null'],
    [{}, 'TypeError: ask.reply must be a non-empty string, got undefined'],
    [{ reply: 7 }, 'TypeError: ask.reply must be a non-empty string, got 7'],
    [{ reply: '' }, 'RangeError: ask.reply must be a non-empty string, got ""'],
    [
      { reply: 'done', timeoutMs: 0 },
      'RangeError: ask.timeoutMs must be a number from 1 to 3600000, got 0',
    ],
    [{ reply: 'done', signal: {} }, 'TypeError: ask.signal must be an AbortSignal, got an object'],
    [{ reply: 'done', retry: 3 }, 'TypeError: ask.retry is not an option'],
  ])('are refused if they are %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });
});
