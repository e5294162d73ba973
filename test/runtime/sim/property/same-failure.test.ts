import { describe, expect, it } from 'vitest';
import { isSameFailure } from '../../../../runtime/sim/property/same-failure.ts';

/** Whether a violation of the same invariant, at another time, is the same failure. */
const isSame = (invariant: string, one: string, other: string): boolean =>
  isSameFailure({ invariant, atMs: 1, detail: one }, { invariant, atMs: 2, detail: other });

describe('two violations', () => {
  it('are the same failure if they are of one invariant, whatever it says', () => {
    expect(isSame('all are done', '3 are left', 'a and b are left')).toBe(true);
    const others = [{ invariant: 'none is lost', atMs: 1, detail: '3 are left' }, undefined];
    const one = { invariant: 'all are done', atMs: 1, detail: '3 are left' };
    expect(others.map((other) => isSameFailure(one, other))).toEqual([false, false]);
  });

  it.each(['workload', 'uncaught', 'start'])('of a %s are known by what was thrown', (name) => {
    expect([
      isSame(name, 'RangeError: no room for w0/job-12', 'RangeError: no room for w3/job-4.5'),
      isSame(name, 'RangeError: no room', 'RangeError: no time'),
      isSame(name, 'RangeError: no room', 'TypeError: no room'),
    ]).toEqual([true, false, false]);
  });

  it('are compared in a time that grows as what was thrown does', () => {
    const body = 'x'.repeat(3_000_000);
    expect(isSame('workload', `Error: ${body} 1`, `Error: ${body} 2`)).toBe(true);
  });

  it('differ if an invariant throws, and does not hold', () => {
    const threw = 'it threw TypeError: no such job 7';
    expect(isSame('all are done', threw, 'it threw TypeError: no such job 8')).toBe(true);
    expect(isSame('all are done', threw, '3 are left')).toBe(false);
    expect(isSame('all are done', threw, 'it threw TypeError: no such name')).toBe(false);
  });
});
