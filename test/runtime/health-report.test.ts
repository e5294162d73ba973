import { describe, expect, it } from 'vitest';
import { type CheckResult, reportOf } from '../../runtime/health-report.ts';

const at = { atMs: 2, sinceMs: 1 };
const passing: CheckResult = { status: 'pass', affects: 'readiness', ...at };
const failing: CheckResult = { status: 'fail', affects: 'readiness', because: 'refused', ...at };
const ignored: CheckResult = { status: 'fail', affects: 'nothing', ...at };
const warning: CheckResult = { status: 'warn', affects: 'readiness', ...at };
const serving = { isStarted: true, isAccepting: true };

describe('a report of health', () => {
  it.each([
    ['no check', serving, {}, 'pass', true],
    ['a check that passes', serving, { passing }, 'pass', true],
    ['a check that warns', serving, { passing, warning }, 'warn', true],
    ['a check that fails and affects nothing', serving, { passing, ignored }, 'warn', true],
    ['a check that fails and affects readiness', serving, { passing, failing }, 'fail', false],
    ['a runtime that starts', { isStarted: false, isAccepting: true }, {}, 'fail', false],
    ['a shutdown', { isStarted: true, isAccepting: false }, { passing }, 'fail', false],
  ] as const)('of %s', (_what, phase, checks, status, isReady) => {
    const { isStarted } = phase;
    expect(reportOf(phase, checks)).toEqual({ status, isStarted, isReady, checks });
  });
});
