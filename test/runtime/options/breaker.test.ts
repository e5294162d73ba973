import { describe, expect, it } from 'vitest';
import { breakerOptions, breakerShape, isolateOptions } from '../../../runtime/options/breaker.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { refusalOf } from './refusal.ts';

const read = (given: unknown) => readOptions(breakerOptions, 'breaker', given);
const refusal = (given: unknown): string => refusalOf(() => read(given));

const kinds = 'must be an object with kind: consecutive, count or time';
const open = { minMs: 1_000, maxMs: 300_000, factor: 2 };
const shares = { callsMin: 20, failureRatio: 0.5, slowRatio: 1 };

describe('the options of a breaker', () => {
  it('have defaults', () => {
    expect(read({})).toEqual({
      window: { kind: 'consecutive', failuresMax: 5 },
      open,
      probesMax: 1,
      probeMs: 30_000,
    });
  });

  it('may name no more of a window than its kind', () => {
    const windows = ['consecutive', 'count', 'time'].map(
      (kind) => read({ window: { kind } }).window,
    );
    expect(windows).toEqual([
      { kind: 'consecutive', failuresMax: 5 },
      { kind: 'count', callsMax: 100, ...shares },
      { kind: 'time', durationMs: 10_000, ...shares },
    ]);
  });

  it('may name a part of how long it stays open', () => {
    expect(read({ open: { maxMs: 5_000 } }).open).toEqual({ ...open, maxMs: 5_000 });
  });

  it('may be at either end of their ranges', () => {
    const day = 86_400_000;
    const least = {
      window: {
        ...{ kind: 'count', callsMax: 1, callsMin: 1, slowMs: 1 },
        ...{ failureRatio: 0.001, slowRatio: 0.001 },
      },
      open: { minMs: 1, maxMs: 1, factor: 1 },
      probesMax: 1,
      probeMs: 1,
    };
    const most = {
      window: {
        ...{ kind: 'time', durationMs: day, callsMin: 1_000_000, slowMs: day },
        ...{ failureRatio: 1, slowRatio: 1 },
      },
      open: { minMs: day, maxMs: day, factor: 10 },
      probesMax: 1_000,
      probeMs: day,
    };
    expect([least, most].map(read)).toEqual([least, most]);
  });

  it('hand the classifier through as it is', () => {
    const classify = () => 'ignored' as const;
    expect(read({ classify }).classify).toBe(classify);
  });

  it('are its thresholds, which its actor knows, and its classifier, which it does not', () => {
    expect(Object.keys(breakerOptions.shape)).toEqual([...Object.keys(breakerShape), 'classify']);
  });

  it.each([
    [null, 'TypeError: breaker must be an object, got null'],
    [5, 'TypeError: breaker must be an object, got 5'],
    [{ failuresMax: 5 }, 'TypeError: breaker.failuresMax is not an option'],
    [{ window: 'count' }, `TypeError: breaker.window ${kinds}, got "count"`],
    [{ window: null }, `TypeError: breaker.window ${kinds}, got null`],
    [{ window: {} }, `RangeError: breaker.window.kind ${kinds}, got undefined`],
    [{ window: { kind: 'last' } }, `RangeError: breaker.window.kind ${kinds}, got "last"`],
    [
      { open: 1_000 },
      'TypeError: breaker.open must be an object with minMs, maxMs and factor, got 1000',
    ],
    [
      { open: { minMs: -1 } },
      'RangeError: breaker.open.minMs must be a number from 1 to 86400000, got -1',
    ],
    [
      { open: { factor: 0 } },
      'RangeError: breaker.open.factor must be a number from 1 to 10, got 0',
    ],
    [
      { open: { minMs: 2, maxMs: 1 } },
      'RangeError: breaker.open must have minMs <= maxMs, got an object',
    ],
    [{ open: { jitter: 1 } }, 'TypeError: breaker.open.jitter is not an option'],
    [
      { probesMax: 0 },
      'RangeError: breaker.probesMax must be a whole number from 1 to 1000, got 0',
    ],
    [
      { probesMax: 1.5 },
      'RangeError: breaker.probesMax must be a whole number from 1 to 1000, got 1.5',
    ],
    [{ probeMs: 0 }, 'RangeError: breaker.probeMs must be a number from 1 to 86400000, got 0'],
    [
      { probeMs: Number.NaN },
      'RangeError: breaker.probeMs must be a number from 1 to 86400000, got NaN',
    ],
    [{ classify: 'success' }, 'TypeError: breaker.classify must be a function, got "success"'],
    [{ classify: null }, 'TypeError: breaker.classify must be a function, got null'],
  ])('are refused if they are %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });

  it('that are no functions are of the wrong type, also if they are objects', () => {
    expect(refusal({ classify: {} })).toBe(
      'TypeError: breaker.classify must be a function, got an object',
    );
  });
});

describe('the window of a breaker', () => {
  const calls = 'must be a whole number from 1 to 1000000';
  const ratio = 'must be a number from 0.001 to 1';
  const span = 'must be a number from 100 to 86400000';
  const slow = 'must be a number from 1 to 86400000';

  it.each([
    [
      { kind: 'consecutive', failuresMax: 0 },
      `RangeError: breaker.window.failuresMax ${calls}, got 0`,
    ],
    [
      { kind: 'consecutive', failuresMax: Number.NaN },
      `RangeError: breaker.window.failuresMax ${calls}, got NaN`,
    ],
    [
      { kind: 'consecutive', failureRatio: 0.5 },
      'TypeError: breaker.window.failureRatio is not an option',
    ],
    [{ kind: 'count', callsMax: 0 }, `RangeError: breaker.window.callsMax ${calls}, got 0`],
    [
      { kind: 'count', callsMax: 1_000_001 },
      `RangeError: breaker.window.callsMax ${calls}, got 1000001`,
    ],
    [{ kind: 'count', callsMin: 0 }, `RangeError: breaker.window.callsMin ${calls}, got 0`],
    [{ kind: 'count', durationMs: 1_000 }, 'TypeError: breaker.window.durationMs is not an option'],
    [
      { kind: 'count', callsMin: 101 },
      'RangeError: breaker.window must have callsMin <= callsMax, got an object',
    ],
    [{ kind: 'time', durationMs: 0 }, `RangeError: breaker.window.durationMs ${span}, got 0`],
    [{ kind: 'time', durationMs: 99 }, `RangeError: breaker.window.durationMs ${span}, got 99`],
    [
      { kind: 'time', durationMs: Number.POSITIVE_INFINITY },
      `RangeError: breaker.window.durationMs ${span}, got Infinity`,
    ],
    [
      { kind: 'time', durationMs: '10s' },
      `TypeError: breaker.window.durationMs ${span}, got "10s"`,
    ],
    [{ kind: 'time', callsMax: 100 }, 'TypeError: breaker.window.callsMax is not an option'],
    [{ kind: 'time', slowMs: 0 }, `RangeError: breaker.window.slowMs ${slow}, got 0`],
    [{ kind: 'time', slowMs: null }, `TypeError: breaker.window.slowMs ${slow}, got null`],
  ])('is refused if it is %o', (window, refused) => {
    expect(refusal({ window })).toBe(refused);
  });

  it.each([
    [0, 'RangeError', '0'],
    [-0.5, 'RangeError', '-0.5'],
    [1.01, 'RangeError', '1.01'],
    [50, 'RangeError', '50'],
    [Number.NaN, 'RangeError', 'NaN'],
    ['50%', 'TypeError', '"50%"'],
  ])('has no share of %o, of failures or of slow calls', (share, name, shown) => {
    const refusals = ['count', 'time'].flatMap((kind) =>
      ['failureRatio', 'slowRatio'].map((field) => refusal({ window: { kind, [field]: share } })),
    );
    const expected = ['failureRatio', 'slowRatio'].map((field) => {
      return `${name}: breaker.window.${field} ${ratio}, got ${shown}`;
    });
    expect(refusals).toEqual([...expected, ...expected]);
  });

  it('of a span may need more calls than any count: nobody knows how many will come', () => {
    const window = { kind: 'time', durationMs: 100, callsMin: 1_000_000 };
    expect(read({ window }).window).toMatchObject(window);
  });
});

describe('the options of an isolation', () => {
  const by = 'isolate.by must be a string of 1 to 200 characters';

  it('have a default', () => {
    expect(readOptions(isolateOptions, 'isolate', {})).toEqual({ by: 'the embedder' });
  });

  it.each([
    [null, 'TypeError: isolate must be an object, got null'],
    [{ because: 'deploy' }, 'TypeError: isolate.because is not an option'],
    [{ by: 7 }, `TypeError: ${by}, got 7`],
    [{ by: '' }, `RangeError: ${by}, got ""`],
    [{ by: 'x'.repeat(201) }, `RangeError: ${by}, got "${'x'.repeat(79)}…`],
  ])('are refused if they are %o', (given, refused) => {
    expect(refusalOf(() => readOptions(isolateOptions, 'isolate', given))).toBe(refused);
  });
});
