import { describe, expect, it } from 'vitest';
import { protectOptions } from '../../../runtime/options/protect.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { refusalOf } from './refusal.ts';

const read = (given: unknown) => readOptions(protectOptions, 'protect', given);
const refusal = (given: unknown): string => refusalOf(() => read(given));

const idempotent = true;
const hour = 'must be a number from 1 to 3600000';
const places = 'must be a whole number from 1 to 100000';

describe('the options of a protected call', () => {
  it('have defaults, and no parts that nobody asked for', () => {
    expect(read({})).toEqual({ idempotent: false, effect: 'write' });
  });

  it('have defaults for every part that is asked for', () => {
    expect(read({ retry: {}, breaker: {}, bulkhead: {}, idempotent })).toEqual({
      idempotent: true,
      effect: 'write',
      retry: { attemptsMax: 3, minMs: 100, maxMs: 10_000, budget: { ratio: 0.2, burst: 10 } },
      breaker: {
        window: { kind: 'consecutive', failuresMax: 5 },
        open: { minMs: 1_000, maxMs: 300_000, factor: 2 },
        probesMax: 1,
        probeMs: 30_000,
      },
      bulkhead: { callsMax: 25, queueMax: 0, queueMs: 5_000, leaseMs: 300_000 },
    });
  });

  it('may name a part of a retry budget', () => {
    expect(read({ retry: { budget: { burst: 1 } }, idempotent }).retry?.budget).toEqual({
      ratio: 0.2,
      burst: 1,
    });
  });

  it('hand fallback and classifier through as they are', () => {
    const [fallback, classify] = [() => 7, () => 'ignored' as const];
    const given = read({ fallback, classify });
    expect([given.fallback, given.classify]).toEqual([fallback, classify]);
  });

  it.each([
    [null, 'TypeError: protect must be an object, got null'],
    [() => 7, 'TypeError: protect must be an object, got () => 7'],
    [{ retries: 3 }, 'TypeError: protect.retries is not an option'],
    [{ timeoutMs: 0 }, `RangeError: protect.timeoutMs ${hour}, got 0`],
    [{ timeoutMs: Number.NaN }, `RangeError: protect.timeoutMs ${hour}, got NaN`],
    [{ timeoutMs: 3_600_001 }, `RangeError: protect.timeoutMs ${hour}, got 3600001`],
    [{ timeoutMs: '5s' }, `TypeError: protect.timeoutMs ${hour}, got "5s"`],
    [{ deadlineMs: 0 }, `RangeError: protect.deadlineMs ${hour}, got 0`],
    [{ deadlineMs: -1 }, `RangeError: protect.deadlineMs ${hour}, got -1`],
    [{ idempotent: 'yes' }, 'TypeError: protect.idempotent must be true or false, got "yes"'],
    [{ effect: 'both' }, 'RangeError: protect.effect must be one of read, write, got "both"'],
    [{ effect: true }, 'TypeError: protect.effect must be one of read, write, got true'],
    [{ fallback: 'none' }, 'TypeError: protect.fallback must be a function, got "none"'],
    [{ fallback: {} }, 'TypeError: protect.fallback must be a function, got an object'],
    [{ classify: 'success' }, 'TypeError: protect.classify must be a function, got "success"'],
    [{ classify: [] }, 'TypeError: protect.classify must be a function, got an array'],
    [{ retry: 3, idempotent }, 'TypeError: protect.retry must be an object, got 3'],
    [{ breaker: true }, 'TypeError: protect.breaker must be an object, got true'],
    [
      { breaker: { classify: () => 'success' } },
      'TypeError: protect.breaker.classify is not an option',
    ],
    [
      { breaker: { window: { kind: 'time', failureRatio: 0 } } },
      'RangeError: protect.breaker.window.failureRatio must be a number from 0.001 to 1, got 0',
    ],
    [{ bulkhead: 25 }, 'TypeError: protect.bulkhead must be an object, got 25'],
    [{ bulkhead: { callsMax: 0 } }, `RangeError: protect.bulkhead.callsMax ${places}, got 0`],
    [
      { bulkhead: { queueMax: -1 } },
      'RangeError: protect.bulkhead.queueMax must be a whole number from 0 to 100000, got -1',
    ],
    [{ bulkhead: { queueMs: 0 } }, `RangeError: protect.bulkhead.queueMs ${hour}, got 0`],
    [
      { bulkhead: { leaseMs: Number.POSITIVE_INFINITY } },
      'RangeError: protect.bulkhead.leaseMs must be a number from 1 to 86400000, got Infinity',
    ],
    [{ bulkhead: { leases: 1 } }, 'TypeError: protect.bulkhead.leases is not an option'],
  ])('are refused if they are %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });
});

describe('the retry of a protected call', () => {
  it('may be for certain codes only, its own refusals aside', () => {
    const codes = ['ECONNRESET', 'CALL_TIMEOUT', 'CALL_REJECTED'];
    expect(read({ retry: { codes }, idempotent }).retry?.codes).toEqual(codes);
  });

  it.each([
    [
      { attemptsMax: 1 },
      'RangeError: protect.retry.attemptsMax must be a whole number from 2 to 100, got 1',
    ],
    [
      { attemptsMax: Number.POSITIVE_INFINITY },
      'RangeError: protect.retry.attemptsMax must be a whole number from 2 to 100, got Infinity',
    ],
    [{ minMs: 0 }, `RangeError: protect.retry.minMs ${hour}, got 0`],
    [{ maxMs: Number.NaN }, `RangeError: protect.retry.maxMs ${hour}, got NaN`],
    [
      { minMs: 200, maxMs: 100 },
      'RangeError: protect.retry must have minMs <= maxMs, got an object',
    ],
    [{ minMs: 10_001 }, 'RangeError: protect.retry must have minMs <= maxMs, got an object'],
    [{ factor: 2 }, 'TypeError: protect.retry.factor is not an option'],
    [
      { codes: 'ECONNRESET' },
      'TypeError: protect.retry.codes must be a list of codes, got "ECONNRESET"',
    ],
    [{ codes: ['ECONNRESET', 503] }, 'TypeError: protect.retry.codes.1 must be a string, got 503'],
    [
      { budget: 10 },
      'TypeError: protect.retry.budget must be an object with ratio and burst, got 10',
    ],
    [
      { budget: { ratio: 1.01 } },
      'RangeError: protect.retry.budget.ratio must be a number from 0 to 1, got 1.01',
    ],
    [
      { budget: { ratio: Number.NaN } },
      'RangeError: protect.retry.budget.ratio must be a number from 0 to 1, got NaN',
    ],
    [
      { budget: { burst: 0 } },
      'RangeError: protect.retry.budget.burst must be a whole number from 1 to 10000, got 0',
    ],
  ])('is refused if it is %o', (retry, refused) => {
    expect(refusal({ retry, idempotent })).toBe(refused);
  });

  it('is refused where calling twice may do harm', () => {
    const refused = 'RangeError: protect.retry must come with idempotent: true, got an object';
    expect([refusal({ retry: {} }), refusal({ retry: {}, idempotent: false })]).toEqual([
      refused,
      refused,
    ]);
    expect(read({ idempotent }).idempotent).toBe(true);
  });

  it.each(['BREAKER_OPEN', 'BREAKER_ISOLATED', 'BULKHEAD_FULL', 'RUNTIME_STOPPED'])(
    'is refused for %s, which is there to prevent it',
    (code) => {
      expect(refusal({ retry: { codes: ['ECONNRESET', code] }, idempotent })).toBe(
        `RangeError: protect.retry.codes must not hold ${code}, which refuses the retry too, ` +
          'got an array',
      );
    },
  );
});

describe('the limits of a protected call, taken together', () => {
  it('may just meet', () => {
    const met = {
      ...{ timeoutMs: 100, deadlineMs: 100 },
      ...{ bulkhead: { callsMax: 3 }, breaker: { probesMax: 3 } },
    };
    expect(read(met)).toMatchObject(met);
  });

  it('are refused if an attempt may take longer than the whole call', () => {
    expect(refusal({ timeoutMs: 101, deadlineMs: 100 })).toBe(
      'RangeError: protect.timeoutMs must be at most deadlineMs, 100, got 101',
    );
  });

  it('are refused if more calls are to try a breaker than may run at once', () => {
    expect(refusal({ breaker: { probesMax: 3 }, bulkhead: { callsMax: 2 } })).toBe(
      'RangeError: protect.breaker.probesMax must be at most bulkhead.callsMax, 2, got 3',
    );
    expect(refusal({ breaker: { probesMax: 26 }, bulkhead: {} })).toBe(
      'RangeError: protect.breaker.probesMax must be at most bulkhead.callsMax, 25, got 26',
    );
    expect(refusal({ breaker: { probesMax: 1_000 } })).toBe('');
  });

  it('that make no sense in several ways are named one by one', () => {
    const nonsense = { timeoutMs: 101, deadlineMs: 100, retry: {} };
    expect([nonsense, { ...nonsense, timeoutMs: 100 }].map(refusal)).toEqual([
      'RangeError: protect.timeoutMs must be at most deadlineMs, 100, got 101',
      'RangeError: protect.retry must come with idempotent: true, got an object',
    ]);
  });
});
