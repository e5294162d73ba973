import type { CheckResult, HealthReport } from '../health-report.ts';

export const HEALTH_JSON = 'application/health+json; charset=utf-8';

/** As draft-inadarei-api-health-check-06 has it: `component:measurement` for each check. */
export function healthJson(name: string, { status, checks }: HealthReport): string {
  const told = Object.entries(checks).map(([component, check]) => [
    keyOf(component, check),
    [detailOf(check)],
  ]);
  return JSON.stringify({ status, serviceId: name, checks: Object.fromEntries(told) });
}

const keyOf = (component: string, { observed }: CheckResult): string =>
  component.includes(':')
    ? component
    : `${component}:${observed === undefined ? 'state' : 'value'}`;

function detailOf({ status, affects, atMs, sinceMs, because, observed }: CheckResult) {
  const seen =
    observed === undefined ? {} : { observedValue: observed.value, observedUnit: observed.unit };
  const told = because === undefined ? {} : { output: because };
  return { status, ...seen, time: timeOf(atMs), since: timeOf(sinceMs), affects, ...told };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
