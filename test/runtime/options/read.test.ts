import { describe, expect, it } from 'vitest';
import { masterKeyOptions } from '../../../runtime/options/master-key.ts';
import { wholeNumber } from '../../../runtime/options/number.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { boxOptions, sandboxCode } from '../../../runtime/options/sandbox.ts';
import { refusalOf } from './refusal.ts';

const withSecrets = runtimeOptions.extend({
  masterKey: wholeNumber(0, 1).optional(),
  token: runtimeOptions.shape.limits.optional(),
});

const refusal = (given: unknown): string =>
  refusalOf(() => readOptions(withSecrets, 'call', given));

describe('options that are read', () => {
  it('are the given ones, and the defaults for the rest', () => {
    const read = readOptions(runtimeOptions, 'call', { name: 'a', limits: { actorsMax: 7 } });
    expect(read).toEqual({
      ...readOptions(runtimeOptions, 'call', {}),
      name: 'a',
      limits: { ...readOptions(runtimeOptions, 'call', {}).limits, actorsMax: 7 },
    });
  });

  it('that do not exist are named, at any depth', () => {
    expect([refusal({ foo: 1 }), refusal({ limits: { bar: 1 } })]).toEqual([
      'TypeError: call.foo is not an option',
      'TypeError: call.limits.bar is not an option',
    ]);
  });

  it('are named without what looks like a secret, and a secret without its value', () => {
    const name = 'token=abc';
    expect([
      refusal({ [name]: 1 }),
      refusalOf(() => readOptions(boxOptions, 'open', { host: { [name]: 1 } })),
      refusalOf(() => readOptions(masterKeyOptions, 'masterKey', { passphrase: 'abc' })),
      refusalOf(() => readOptions(sandboxCode, 'code', 12_345)),
      refusalOf(() => readOptions(sandboxCode, 'text', 12_345)),
    ]).toEqual([
      'TypeError: call.token=[secret] is not an option',
      expect.stringMatching(/^TypeError: open\.host\.token=\[secret\] must be a function/),
      expect.stringMatching(/^\w+: masterKey(\.\w+)? must be [^"]+$/),
      'TypeError: code must be a string of 1 to 1048576 characters',
      'TypeError: text must be a string of 1 to 1048576 characters, got 12345',
    ]);
  });

  it.each([
    [{ limits: { actorsMax: Number.NaN } }, 'RangeError', 'NaN'],
    [{ limits: { actorsMax: Number.POSITIVE_INFINITY } }, 'RangeError', 'Infinity'],
    [{ limits: { actorsMax: -1 } }, 'RangeError', '-1'],
    [{ limits: { actorsMax: 1.5 } }, 'RangeError', '1.5'],
    [{ limits: { actorsMax: 1e9 } }, 'RangeError', '1000000000'],
    [{ limits: { actorsMax: '5' } }, 'TypeError', '"5"'],
    [{ limits: { actorsMax: 5n } }, 'TypeError', '5'],
    [{ limits: { actorsMax: null } }, 'TypeError', 'null'],
    [{ limits: { actorsMax: [5] } }, 'TypeError', 'an array'],
    [{ limits: { actorsMax: Symbol('5') } }, 'TypeError', 'Symbol(5)'],
  ])('that are no good are named with value and range: %o', (given, name, shown) => {
    const expected = 'must be a whole number from 1 to 10000000';
    expect(refusal(given)).toBe(`${name}: call.limits.actorsMax ${expected}, got ${shown}`);
  });

  it('of the wrong type are no matter of range, and the other way round', () => {
    const objects = [7, 'x', null].map((limits) => refusal({ limits }).split(':')[0]);
    const strings = [7, null, 'a b', ''].map((name) => refusal({ name }).split(':')[0]);
    expect([objects, strings]).toEqual([
      ['TypeError', 'TypeError', 'TypeError'],
      ['TypeError', 'TypeError', 'RangeError', 'RangeError'],
    ]);
  });

  it('that make no sense together are no matter of type, whatever they are', () => {
    const said = [{ isNonsense: true }, { isNonsense: false }, undefined].map((params) => {
      const even = wholeNumber(0, 10).refine((given) => given % 2 === 0, {
        error: 'must be even',
        ...(params === undefined ? {} : { params }),
      });
      return refusalOf(() => readOptions(even, 'count', 7));
    });
    expect(said).toEqual([
      'RangeError: count must be even, got 7',
      'TypeError: count must be even, got 7',
      'TypeError: count must be even, got 7',
    ]);
  });

  it('are shown up to eighty characters', () => {
    const shown = refusal({ signals: ['x'.repeat(500)] }).split('got ')[1];
    expect(shown).toBe(`"${'x'.repeat(79)}…`);
  });

  it('that may be secret are never shown, at any depth', () => {
    const refusals = [
      { masterKey: 'hunter2' },
      { token: { actorsMax: 'hunter2' } },
      { password: 'hunter2' },
    ].map(refusal);
    expect(refusals).toEqual([
      'TypeError: call.masterKey must be a whole number from 0 to 1',
      'TypeError: call.token.actorsMax must be a whole number from 1 to 10000000',
      'TypeError: call.password is not an option',
    ]);
  });
});
