import { describe, expect, it } from 'vitest';
import { findingOf, sayable } from '../../runtime/finding.ts';
import { MASK } from '../../runtime/masking.ts';

const found = (outcome: unknown): unknown => {
  try {
    return findingOf(outcome);
  } catch (error) {
    return String(error);
  }
};

describe('what a check came to', () => {
  it.each([
    [undefined, { status: 'pass' }],
    ['pass', { status: 'pass' }],
    ['warn', { status: 'warn' }],
    ['fail', { status: 'fail' }],
    [{ status: 'warn' }, { status: 'warn', because: undefined, observed: undefined }],
    [
      { status: 'fail', because: 'slow\nas\u2028a\u0000snail', observed: { value: 2, unit: 's' } },
      { status: 'fail', because: 'slow as a snail', observed: { value: 2, unit: 's' } },
    ],
  ])('is %o', (outcome, finding) => {
    expect(found(outcome)).toEqual(finding);
  });

  const all = 'what it came to must be nothing, pass, warn, fail or an object, got';
  const status = 'status must be pass, warn or fail, got';
  const value = 'observed.value must be a finite number, got';
  it.each([
    [null, `${all} null`],
    [true, `${all} boolean`],
    [0, `${all} 0`],
    ['', `${all} ""`],
    ['PASS', `${all} "PASS"`],
    [() => 'pass', `${all} function`],
    [Symbol('pass'), `${all} symbol`],
    [[], `${status} undefined`],
    [{}, `${status} undefined`],
    [{ status: 'x'.repeat(99) }, `${status} "${'x'.repeat(32)}"`],
    [{ status: ['pass'] }, `${status} object`],
    [{ status: 'pass', because: 7 }, 'because must be a string, got 7'],
    [{ status: 'pass', observed: null }, `${value} undefined`],
    [{ status: 'pass', observed: { value: Number.NaN, unit: 'ms' } }, `${value} NaN`],
    [{ status: 'pass', observed: { value: '1', unit: 'ms' } }, `${value} "1"`],
    [{ status: 'pass', observed: { value: 1 } }, 'observed.unit must be a string, got undefined'],
  ])('is garbage that is named: %o', (outcome, named) => {
    expect(found(outcome)).toBe(`TypeError: of the check, ${named}`);
  });

  it('may throw when it is looked at', () => {
    const trap = {
      get status(): string {
        throw new Error('do not look');
      },
    };
    expect(found(trap)).toBe('Error: do not look');
  });

  it('is told in one short line, without secrets', () => {
    const because = `postgres://me:${'hunter2'.repeat(3)}@db/x ${'long '.repeat(100)}`;
    const said = sayable(because);
    expect([said.length, said.endsWith('…'), said.includes('hunter2')]).toEqual([200, true, false]);
    expect(sayable('password=hunter2')).toBe(`password=${MASK}`);
    expect(sayable(`${'x '.repeat(99)}x\u{1F600}`).isWellFormed()).toBe(true);
    const { observed } = findingOf({
      status: 'pass',
      observed: { value: 1, unit: 'ms\n'.repeat(9) },
    });
    expect(observed).toEqual({ value: 1, unit: 'ms ms ms ms ms m' });
  });
});
