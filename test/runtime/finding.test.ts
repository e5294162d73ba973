import { describe, expect, it } from 'vitest';
import { findingOf, sayable } from '../../runtime/finding.ts';
import { MASK } from '../../runtime/masking.ts';

const refusal =
  'TypeError: the check gave neither nothing, nor pass, warn, fail, nor an object with a status';

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

  it.each([
    ...[null, true, 0, '', 'ok', 'PASS', [], {}, () => 'pass', Symbol('pass')],
    ...[{ status: 'up' }, { status: ['pass'] }, { status: 'pass', because: 7 }],
    { status: 'pass', observed: null },
    { status: 'pass', observed: { value: Number.NaN, unit: 'ms' } },
    { status: 'pass', observed: { value: '1', unit: 'ms' } },
    { status: 'pass', observed: { value: 1 } },
  ])('is garbage: %o', (outcome) => {
    expect(found(outcome)).toBe(refusal);
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
