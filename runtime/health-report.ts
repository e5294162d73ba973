import type { HealthStatus } from '../actors/health.actor.ts';

/** The newest result of one check. */
export interface CheckResult {
  readonly status: HealthStatus;
  /** A check that fails keeps the runtime from being ready, or does not. */
  readonly affects: 'readiness' | 'nothing';
  /** Milliseconds since 1970: when it was checked last, */
  readonly atMs: number;
  /** and since when it has that status. */
  readonly sinceMs: number;
  /** At most 200 characters, without secrets and control characters. */
  readonly because?: string;
  readonly observed?: { readonly value: number; readonly unit: string };
}

/** How a runtime is: what its checks found last. That it lives is never a matter of a check. */
export interface HealthReport {
  /** `fail` if it is not ready, `warn` if it is and some check does not pass. */
  readonly status: HealthStatus;
  /** `createRuntime` has resolved. */
  readonly isStarted: boolean;
  /** It is started, does not shut down, and no check fails that affects readiness. */
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** Where a runtime is in its life. */
interface Phase {
  readonly isStarted: boolean;
  readonly isAccepting: boolean;
}

export function reportOf(
  { isStarted, isAccepting }: Phase,
  checks: HealthReport['checks'],
): HealthReport {
  const results = Object.values(checks);
  const isHindered = results.some((each) => each.status === 'fail' && each.affects === 'readiness');
  const isReady = isStarted && isAccepting && !isHindered;
  const isWell = results.every(({ status }) => status === 'pass');
  return { status: !isReady ? 'fail' : isWell ? 'pass' : 'warn', isStarted, isReady, checks };
}
