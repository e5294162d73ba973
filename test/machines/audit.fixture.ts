import type { AuditEvent, AuditSettings } from '../../machines/audit.machine.ts';

export const settings: AuditSettings = {
  backoff: { minMs: 1_000, maxMs: 30_000, factor: 2 },
  triesMax: 3,
  reopenMs: 5_000,
  replayMs: 60_000,
  steadyMs: 300_000,
};

export const input = { ...settings, nowMs: 0, draw: 0.5 };

const moment = { nowMs: 700, draw: 0.25 };

export const samples = {
  failed: { type: 'append.failed', because: 'full', code: 'NO_SPACE', ...moment },
  stalled: { type: 'append.stalled', forMs: 900, ...moment },
  vanished: { type: 'files.vanished', ...moment },
  'spool failed': { type: 'spool.failed', because: 'torn', ...moment },
  'spool filled': { type: 'spool.filled', ...moment },
  tampering: { type: 'tampering.found', because: 'a foreign root', ...moment },
  low: { type: 'space.low', ...moment },
  regained: { type: 'space.regained', ...moment },
  reopened: { type: 'reopen.succeeded', ...moment },
  'not reopened': { type: 'reopen.failed', because: 'still full', code: 'NO_SPACE', ...moment },
  'never reopened': { type: 'reopen.failed', because: 'no directory', code: 'GONE', ...moment },
  replayed: { type: 'replay.finished', ...moment },
  resume: { type: 'audit.resume', ...moment },
  close: { type: 'audit.close', ...moment },
} as const satisfies Record<string, AuditEvent>;

export const events: readonly AuditEvent[] = Object.values(samples);
