import { expect, it } from 'vitest';
import { healthJson } from '../../../runtime/endpoints/health-json.ts';
import type { CheckResult } from '../../../runtime/health-report.ts';

const pass: CheckResult = { status: 'pass', affects: 'nothing', atMs: 60_000, sinceMs: 0 };

it('a report is told as health+json, by component and measurement', () => {
  const checks = {
    audit: { ...pass, status: 'fail', affects: 'readiness', because: 'the disk is full' },
    loop: { ...pass, observed: { value: 3, unit: 'ms' } },
    'disk:free': pass,
  } as const;
  const report = { status: 'warn', isStarted: true, isReady: true, checks } as const;
  const times = { time: '1970-01-01T00:01:00.000Z', since: '1970-01-01T00:00:00.000Z' };
  expect(JSON.parse(healthJson('shop', report))).toEqual({
    status: 'warn',
    serviceId: 'shop',
    checks: {
      'audit:state': [
        { status: 'fail', ...times, affects: 'readiness', output: 'the disk is full' },
      ],
      'loop:value': [
        { status: 'pass', observedValue: 3, observedUnit: 'ms', ...times, affects: 'nothing' },
      ],
      'disk:free': [{ status: 'pass', ...times, affects: 'nothing' }],
    },
  });
});
