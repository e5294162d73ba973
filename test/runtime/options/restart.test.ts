import { describe, expect, it } from 'vitest';
import { childOptions } from '../../../runtime/options/child.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { backoffOf, restartShape } from '../../../runtime/options/restart.ts';
import { refusalOf } from './refusal.ts';

const refusal = (given: unknown): string =>
  refusalOf(() => readOptions(childOptions, 'start', given));

describe('the options of a restart', () => {
  it('have one default each', () => {
    const defaults = Object.entries(restartShape).map(([name, shape]) => [
      name,
      shape.parse(undefined),
    ]);
    expect(Object.fromEntries(defaults)).toEqual({
      restart: 'transient',
      backoff: { minMs: 200, maxMs: 30_000, factor: 2 },
      stableAfterMs: 10_000,
    });
  });

  it('may name a part of the backoff', () => {
    expect(restartShape.backoff.parse({ maxMs: 500 })).toEqual({
      minMs: 200,
      maxMs: 500,
      factor: 2,
    });
  });

  it.each([
    [
      { restart: 'always' },
      'RangeError: start.restart must be one of permanent, transient, temporary, got "always"',
    ],
    [
      { restart: true },
      'TypeError: start.restart must be one of permanent, transient, temporary, got true',
    ],
    [
      { restartsMax: -1 },
      'RangeError: start.restartsMax must be a whole number from 0 to 10000, got -1',
    ],
    [
      { restartsMax: 10_001 },
      'RangeError: start.restartsMax must be a whole number from 0 to 10000, got 10001',
    ],
    [{ windowMs: 0 }, 'RangeError: start.windowMs must be a number from 1 to 86400000, got 0'],
    [
      { windowMs: Number.NaN },
      'RangeError: start.windowMs must be a number from 1 to 86400000, got NaN',
    ],
    [
      { stableAfterMs: '10s' },
      'TypeError: start.stableAfterMs must be a number from 0 to 86400000, got "10s"',
    ],
    [
      { backoff: 200 },
      'TypeError: start.backoff must be an object with minMs, maxMs and factor, got 200',
    ],
    [
      { backoff: { factor: 0.5 } },
      'RangeError: start.backoff.factor must be a number from 1 to 10, got 0.5',
    ],
    [
      { backoff: { minMs: 500, maxMs: 100 } },
      'RangeError: start.backoff must have minMs <= maxMs, got an object',
    ],
    [{ backoff: { jitter: true } }, 'TypeError: start.backoff.jitter is not an option'],
  ])('are refused if they are %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });
});

describe('the options of a backoff', () => {
  const usual = { minMs: 1_000, maxMs: 300_000, factor: 2 };
  const backoff = backoffOf(usual);
  const refused = (given: unknown): string => refusalOf(() => readOptions(backoff, 'open', given));

  it('have the defaults of what waits, whole or in part', () => {
    const read = [undefined, {}, { minMs: 5 }, { factor: 1 }].map((given) => backoff.parse(given));
    expect(read).toEqual([usual, usual, { ...usual, minMs: 5 }, { ...usual, factor: 1 }]);
  });

  it.each([
    ['fast', 'TypeError: open must be an object with minMs, maxMs and factor, got "fast"'],
    [{ minMs: Number.NaN }, 'RangeError: open.minMs must be a number from 0 to 86400000, got NaN'],
    [{ maxMs: 999 }, 'RangeError: open must have minMs <= maxMs, got an object'],
    [{ minMs: 300_001 }, 'RangeError: open must have minMs <= maxMs, got an object'],
    [{ factor: 10.5 }, 'RangeError: open.factor must be a number from 1 to 10, got 10.5'],
  ])('are refused if they are %o', (given, said) => {
    expect(refused(given)).toBe(said);
  });
});
