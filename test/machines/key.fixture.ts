import type { KeyEvent, KeyInput, KeySettings } from '../../machines/key.machine.ts';

export const DAY_MS = 86_400_000;

export const settings: KeySettings = {
  rotateMs: 30 * DAY_MS,
  overlapMs: 7 * DAY_MS,
  archiveMs: 90 * DAY_MS,
  retryMs: 60_000,
};

export const input: KeyInput = { settings, stage: 'scheduled', sinceMs: 0, nowMs: 0, draw: 0.5 };

export const events: readonly KeyEvent[] = [
  { type: 'key.rotated' },
  { type: 'key.revoked' },
  { type: 'key.archive' },
  { type: 'key.archived' },
  { type: 'key.destroyed' },
];
