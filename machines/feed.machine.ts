import { assign, emit, setup } from 'xstate';

export interface FeedSettings {
  /** From the end of one look to the next. */
  readonly everyMs: number;
  /** What has changed is read again after so long, and taken if it is the same then. */
  readonly settleMs: number;
  /** A reading that takes longer hangs, and has failed. */
  readonly overdueMs: number;
}

export interface FeedContext {
  readonly settings: FeedSettings;
  /** Until the next look. */
  readonly waitMs: number;
}

export type FeedEvent =
  /** What is in the file is what was taken, or refused, last. */
  | { type: 'look.same'; isTaken: boolean }
  | { type: 'look.changed' }
  | { type: 'load.taken' }
  /** It is still being written. */
  | { type: 'load.unsettled' }
  | { type: 'feed.failed' }
  /** Its breaker lets no reading through for so long. */
  | { type: 'feed.deferred'; retryAfterMs: number };

export type FeedEmitted =
  | { type: 'feed.look' }
  | { type: 'feed.load' }
  /** What is being read is not to be waited for any more. */
  | { type: 'feed.overdue' };

const over = {
  'load.unsettled': 'resting',
  'feed.failed': 'resting',
  'feed.deferred': {
    target: 'resting',
    actions: { type: 'putOff', params: ({ event }: { event: { retryAfterMs: number } }) => event },
  },
} as const;

const hanging = { overdueMs: { target: 'resting', actions: 'tellOverdue' } } as const;

/**
 * A list in a file that somebody else keeps: read at once, then looked at again and again. `fresh`:
 * what was taken is what the file has. `stale`: the file cannot be had, or cannot be taken; what
 * was taken before stays. `empty`: nothing was taken yet.
 */
export const feedMachine = setup({
  types: {
    context: {} as FeedContext,
    events: {} as FeedEvent,
    emitted: {} as FeedEmitted,
    input: {} as FeedSettings,
    tags: {} as 'empty' | 'fresh' | 'stale' | 'reading',
  },
  actions: {
    rest: assign({ waitMs: ({ context }) => context.settings.everyMs }),
    putOff: assign((_, { retryAfterMs }: { retryAfterMs: number }) => ({ waitMs: retryAfterMs })),
    tellLook: emit({ type: 'feed.look' }),
    tellLoad: emit({ type: 'feed.load' }),
    tellOverdue: emit({ type: 'feed.overdue' }),
  },
  delays: {
    waitMs: ({ context }) => context.waitMs,
    settleMs: ({ context }) => context.settings.settleMs,
    overdueMs: ({ context }) => context.settings.overdueMs,
  },
  guards: {
    isTaken: ({ event }) => event.type === 'look.same' && event.isTaken,
  },
}).createMachine({
  id: 'feed',
  context: ({ input }) => ({ settings: input, waitMs: input.everyMs }),
  type: 'parallel',
  states: {
    standing: {
      initial: 'empty',
      states: {
        empty: { tags: 'empty', on: { 'load.taken': 'fresh' } },
        fresh: {
          tags: 'fresh',
          on: { 'feed.failed': 'stale' },
        },
        stale: {
          tags: 'stale',
          on: { 'load.taken': 'fresh', 'look.same': { guard: 'isTaken', target: 'fresh' } },
        },
      },
    },
    work: {
      initial: 'loading',
      states: {
        looking: {
          tags: 'reading',
          entry: ['rest', 'tellLook'],
          after: hanging,
          on: { ...over, 'look.same': 'resting', 'look.changed': 'settling' },
        },
        settling: { after: { settleMs: 'loading' } },
        loading: {
          tags: 'reading',
          entry: ['rest', 'tellLoad'],
          after: hanging,
          on: { ...over, 'load.taken': 'resting' },
        },
        resting: { after: { waitMs: 'looking' } },
      },
    },
  },
});
