import type { BreakerEvent, BreakerSettings } from '../../machines/breaker.machine.ts';

export const input: BreakerSettings = {
  open: { minMs: 1_000, maxMs: 8_000, factor: 2 },
  probesMax: 2,
  probeMs: 5_000,
};

const isolation = { id: 1, by: 'ops', reason: 'maintenance', sinceMs: 0 };

export const events: readonly BreakerEvent[] = [
  { type: 'breaker.trip', nowMs: 0, draw: 0.5 },
  { type: 'breaker.probe', nowMs: 100_000, draw: 0.5 },
  { type: 'probe.succeeded' },
  { type: 'probe.failed', nowMs: 0 },
  { type: 'probe.ignored' },
  { type: 'breaker.isolate', isolation },
  { type: 'breaker.isolate', isolation: { ...isolation, id: 2 } },
  { type: 'breaker.release', id: 1 },
  { type: 'breaker.release', id: 2 },
  { type: 'breaker.configure', settings: { ...input, probesMax: 1 } },
];
