import type { SegmentEvent, SegmentSettings } from '../../machines/segment.machine.ts';

export const input: SegmentSettings = { preflightMs: 1_000, sealMs: 2_000, shredMs: 3_000 };

export const samples = {
  open: { type: 'segment.open' },
  'passed unsealed': { type: 'preflight.passed', isSealed: false, records: 5 },
  'passed sealed': { type: 'preflight.passed', isSealed: true, records: 9 },
  doubted: { type: 'preflight.doubted', because: 'a torn table' },
  create: { type: 'segment.create' },
  seal: { type: 'segment.seal' },
  sealed: { type: 'seal.finished', records: 7 },
  'not sealed': { type: 'seal.failed', because: 'full' },
  shred: { type: 'segment.shred' },
  'key overwritten': { type: 'key.overwritten' },
  shredded: { type: 'shred.finished' },
  'not shredded': { type: 'shred.failed', because: 'the disk failed' },
  damage: { type: 'damage.found', because: 'a flipped bit' },
} as const satisfies Record<string, SegmentEvent>;

export const events: readonly SegmentEvent[] = Object.values(samples);
