import type { SessionEvent, SessionInput } from '../../machines/session.machine.ts';

export const input: SessionInput = { rotateMs: 24, overdueMs: 30 };

export const samples = {
  'somebody asks for new keys': { type: 'session.rotate' },
  'an offer': { type: 'rotation.offered', yields: false },
  'an offer that yields': { type: 'rotation.offered', yields: true },
  'an answer': { type: 'rotation.answered', rotateMs: 22 },
  'the switch': { type: 'rotation.switched', rotateMs: 23 },
} as const satisfies Record<string, SessionEvent>;

export const events: readonly SessionEvent[] = Object.values(samples);
