import { describe, expect, it } from 'vitest';
import type { BreakerOptionsInput } from '../../../runtime/options/breaker.ts';
import { breakerState } from '../../../runtime/options/breaker-state.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { stage } from '../kernel/stage.ts';
import { refusalOf } from './refusal.ts';

const read = (given: unknown) => readOptions(breakerState, 'restore', given);
const refusal = (given: unknown): string => refusalOf(() => read(given));

const state = {
  v: 1,
  savedAtMs: 5,
  circuit: 'closed',
  openings: 0,
  openForMs: 0,
  retryAtMs: 0,
  succeeded: 0,
  isolations: [],
  window: { kind: 'consecutive', failures: 0 },
};

const isolation = { id: 1, by: 'ops', reason: 'deploy', sinceMs: 5 };
const noSteps = Array(30).fill(0);

const finite = 'must be a finite number';
const count = 'must be a whole number from 0 to 2147483647';

const down = (): never => {
  throw new Error('down');
};

describe('the state of a breaker', () => {
  it.each<NonNullable<BreakerOptionsInput['window']>>([
    { kind: 'consecutive', failuresMax: 2 },
    { kind: 'count', callsMax: 4, callsMin: 2, slowMs: 1 },
    { kind: 'time', durationMs: 107, callsMin: 2 },
  ])('is taken as save gave it, over JSON too, at all stages of %o', async (window) => {
    const { runtime, clock } = await stage();
    const breaker = runtime.breaker('psp', { window, open: { minMs: 1.3 } });
    const saved = [breaker.save()];
    for (let call = 0; call < 2; call++) {
      await breaker.tryExecute(down);
      clock.advance(1.7);
      saved.push(breaker.save());
    }
    breaker.admit();
    saved.push(breaker.save());
    breaker.isolate('deploy', { by: 'ops' });
    saved.push(breaker.save());
    expect(saved.map(({ circuit }) => circuit)).toEqual([
      ...['closed', 'closed', 'open'],
      ...['halfOpen', 'halfOpen'],
    ]);
    for (const given of saved) expect(read(JSON.parse(JSON.stringify(given)))).toEqual(given);
  });

  it('may be at its limits', () => {
    const full = {
      ...state,
      openings: 2 ** 31 - 1,
      isolations: Array.from({ length: 1_000 }, (_, id) => ({
        ...isolation,
        ...{ id, by: 'x'.repeat(200), reason: 'x'.repeat(1_000) },
      })),
      window: { kind: 'count', calls: [0, 1, 2, 3] },
    };
    expect(read(full)).toEqual(full);
  });

  it.each([
    [null, 'TypeError: restore must be an object that save gave, got null'],
    ['{}', 'TypeError: restore must be an object that save gave, got "{}"'],
    [{}, 'TypeError: restore.v must be 1, got undefined'],
    [{ ...state, v: 2 }, 'TypeError: restore.v must be 1, got 2'],
    [{ ...state, name: 'psp' }, 'TypeError: restore.name is not an option'],
    [{ ...state, savedAtMs: '5' }, `TypeError: restore.savedAtMs ${finite}, got "5"`],
    [{ ...state, savedAtMs: Number.NaN }, `RangeError: restore.savedAtMs ${finite}, got NaN`],
    [
      { ...state, retryAtMs: Number.POSITIVE_INFINITY },
      `RangeError: restore.retryAtMs ${finite}, got Infinity`,
    ],
    [{ ...state, openForMs: -1 }, `RangeError: restore.openForMs ${finite}, got -1`],
    [{ ...state, openings: -1 }, `RangeError: restore.openings ${count}, got -1`],
    [{ ...state, openings: 2 ** 31 }, `RangeError: restore.openings ${count}, got 2147483648`],
    [{ ...state, succeeded: 0.5 }, `RangeError: restore.succeeded ${count}, got 0.5`],
    [
      { ...state, circuit: 'ajar' },
      'RangeError: restore.circuit Invalid option: expected one of "closed"|"open"|"halfOpen", ' +
        'got "ajar"',
    ],
  ])('is refused if it is %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });

  it.each([
    [7, 'TypeError: restore.isolations Invalid input: expected array, received number, got 7'],
    [
      Array(1_001).fill(isolation),
      'RangeError: restore.isolations Too big: expected array to have <=1000 items, got an array',
    ],
    [[{ ...isolation, id: -1 }], `RangeError: restore.isolations.0.id ${count}, got -1`],
    [
      [{ ...isolation, sinceMs: Number.NaN }],
      `RangeError: restore.isolations.0.sinceMs ${finite}, got NaN`,
    ],
    [
      [isolation, { ...isolation, by: '' }],
      'RangeError: restore.isolations.1.by Too small: expected string to have >=1 characters, ' +
        'got ""',
    ],
    [
      [{ ...isolation, reason: 7 }],
      'TypeError: restore.isolations.0.reason Invalid input: expected string, received number, ' +
        'got 7',
    ],
    [[{ ...isolation, until: 9 }], 'TypeError: restore.isolations.0.until is not an option'],
  ])('has no isolations such as %o', (isolations, refused) => {
    expect(refusal({ ...state, isolations })).toBe(refused);
  });

  it.each([
    [null, 'TypeError: restore.window Invalid input: expected object, received null, got null'],
    [
      { kind: 'last' },
      "RangeError: restore.window.kind Invalid discriminator value. Expected 'consecutive' | " +
        "'count' | 'time', got \"last\"",
    ],
    [{ kind: 'consecutive', failures: -1 }, `RangeError: restore.window.failures ${count}, got -1`],
    [
      { kind: 'count', calls: [0, 4] },
      'RangeError: restore.window.calls.1 must be a whole number from 0 to 3, got 4',
    ],
    [
      { kind: 'count', calls: [Number.NaN] },
      'RangeError: restore.window.calls.0 must be a whole number from 0 to 3, got NaN',
    ],
    [
      { kind: 'time', stepMs: 0, steps: noSteps },
      `RangeError: restore.window.stepMs ${finite}, got 0`,
    ],
    [
      { kind: 'time', stepMs: 1, steps: noSteps.slice(1) },
      'RangeError: restore.window.steps Too small: expected array to have exactly 30 items, ' +
        'got an array',
    ],
    [
      { kind: 'time', stepMs: 1, steps: noSteps.with(29, -1) },
      `RangeError: restore.window.steps.29 ${count}, got -1`,
    ],
  ])('has no window such as %o', (window, refused) => {
    expect(refusal({ ...state, window })).toBe(refused);
  });
});
