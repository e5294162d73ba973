import type { FeedEvent, FeedSettings } from '../../machines/feed.machine.ts';

export const input: FeedSettings = { everyMs: 60_000, settleMs: 1_000, overdueMs: 30_000 };

export const samples = {
  'is the same': { type: 'look.same', isTaken: true },
  'is what was refused': { type: 'look.same', isTaken: false },
  'has changed': { type: 'look.changed' },
  'is taken': { type: 'load.taken' },
  'is still written': { type: 'load.unsettled' },
  fails: { type: 'feed.failed' },
  'is put off': { type: 'feed.deferred', retryAfterMs: 7_000 },
} as const satisfies Record<string, FeedEvent>;

export const events: readonly FeedEvent[] = Object.values(samples);
