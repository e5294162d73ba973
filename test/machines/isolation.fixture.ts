import type { IsolationEvent } from '../../machines/isolation.machine.ts';

export const settings = {
  backoff: { minMs: 1_000, maxMs: 120_000, factor: 2 },
  steadyMs: 300_000,
};

export const input = { settings, nowMs: 0 };

export const samples = {
  'the microvm is proved': { type: 'level.proved', isolation: 'microvm', nowMs: 7 },
  'the process is proved': { type: 'level.proved', isolation: 'process', nowMs: 7 },
  'the isolate is proved': { type: 'level.proved', isolation: 'isolate', nowMs: 7 },
  'the microvm is lost': { type: 'level.lost', isolation: 'microvm', nowMs: 7 },
  'the process is lost': { type: 'level.lost', isolation: 'process', nowMs: 7 },
  'the isolate is lost': { type: 'level.lost', isolation: 'isolate', nowMs: 7 },
} as const satisfies Record<string, IsolationEvent>;

export const events: readonly IsolationEvent[] = Object.values(samples);
