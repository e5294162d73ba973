import type { HealthEvent, HealthSettings } from '../../machines/health.machine.ts';

export const input: HealthSettings = {
  everyMs: 30_000,
  timeoutMs: 5_000,
  failuresMax: 3,
  passesMin: 2,
  hangingMax: 2,
};

export const samples = {
  'is begun': { type: 'check.begin' },
  passes: { type: 'check.passed', draw: 0.5 },
  warns: { type: 'check.warned', draw: 0.5 },
  fails: { type: 'check.failed', draw: 0.5 },
  'is refused': { type: 'check.refused', retryAfterMs: 70_000 },
  'ends after all': { type: 'check.settled' },
} as const satisfies Record<string, HealthEvent>;

export const events: readonly HealthEvent[] = Object.values(samples);
