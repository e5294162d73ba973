import { assign, emit, type SnapshotFrom, setup } from 'xstate';
import { type Backoff, equalJitterMs } from './backoff.ts';

export interface AuditSettings {
  /** Before the log is tried again: between half and the whole of the ceiling, which grows. */
  readonly backoff: Backoff;
  /** So many tries while nothing can be stored; then only the operator can help. */
  readonly triesMax: number;
  /** A try to open the log that is not over by then has failed. */
  readonly reopenMs: number;
  /** So has a replay of the spool. */
  readonly replayMs: number;
  /** Failures are forgotten once the log has been whole for so long. */
  readonly steadyMs: number;
}

export type AuditMode = 'readWrite' | 'spooling' | 'readOnly' | 'failed' | 'closed';

/** Times are monotonic milliseconds. */
export interface AuditContext {
  readonly settings: AuditSettings;
  readonly mode: AuditMode;
  readonly sinceMs: number;
  /** What moved it last, or went wrong since. */
  readonly because: string;
  /** The storage code of that, if it has one. */
  readonly code: string | null;
  /** Failures in a row, with the log whole for no long time between them. */
  readonly attempt: number;
  /** Since when the log is whole, or was last; null if it has been since it was opened. */
  readonly wholeSinceMs: number | null;
  /** Tries while nothing could be stored, since the log was whole. */
  readonly tries: number;
  /** Free space is below its floor. */
  readonly isLow: boolean;
  /** How often each mode was entered. */
  readonly entered: Readonly<Record<AuditMode, number>>;
  /** When the wait, try or replay under way began. */
  readonly steppedAtMs: number;
  /** Uniform in [0, 1), for the wait that may follow. */
  readonly draw: number;
}

interface Moment {
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly draw: number;
}

export type AuditEvent = Moment &
  (
    | { type: 'append.failed'; because: string; code: string }
    | { type: 'append.stalled'; forMs: number }
    | { type: 'spool.failed'; because: string }
    | { type: 'spool.filled' }
    | { type: 'files.vanished' }
    | { type: 'tampering.found'; because: string }
    | { type: 'space.low' }
    | { type: 'space.regained' }
    | { type: 'reopen.succeeded' }
    | { type: 'reopen.failed'; because: string; code: string }
    | { type: 'replay.finished' }
    | { type: 'audit.resume' }
    | { type: 'audit.close' }
  );

export type AuditEmitted =
  | {
      type: 'audit.moved';
      from: AuditMode;
      to: AuditMode;
      because: string;
      code: string | null;
    }
  /** Let go of the log, of its replay too, and open it anew; make its directory if it is gone. */
  | { type: 'audit.reopen'; attempt: number }
  /** Bring the spool back into the log, which is open. */
  | { type: 'audit.replay' };

/** Storage codes that no further try mends. */
const lastingCodes = ['GONE', 'CORRUPT', 'FOREIGN', 'NEWER_VERSION', 'WRONG_KEY', 'KEY_MISSING'];

const waitMs = ({ settings, attempt, draw }: AuditContext): number =>
  equalJitterMs(settings.backoff, attempt, draw);

const to = <To extends AuditMode>(mode: To) =>
  [
    { type: 'tellMoved', params: { to: mode } },
    { type: 'move', params: { to: mode } },
  ] as const;

/** A move from one mode to another, as the event says why. */
const moving = <To extends AuditMode>(mode: To) => ['note', ...to(mode)] as const;

const failing = ['note', 'countFailure'] as const;

/** The log is lost, which was whole. */
const lost = ['note', 'countLoss', ...to('spooling')] as const;

/** The three ways to lose the log. */
const losing = <Actions>(target: string, actions: Actions) => ({
  'append.failed': { target, actions },
  'append.stalled': { target, actions },
  'files.vanished': { target, actions },
});

/** The spool is lost too; the try or replay under way goes on. */
const refusing = (step: 'waiting' | 'reopening' | 'replaying') => ({
  'spool.failed': { target: `#audit.readOnly.${step}`, actions: moving('readOnly') },
  'spool.filled': { target: `#audit.readOnly.${step}`, actions: moving('readOnly') },
});

const overdue = <Step extends 'reopen' | 'replay'>(step: Step) =>
  ({
    target: 'waiting',
    actions: [{ type: 'noteOverdue', params: { step } }, 'countFailure'],
  }) as const;

/**
 * Where a record can be stored, and whether work with effects may go on. `writable`: in the log,
 * or, if `spooling` too, in the spool. `refusing`: work of effect write is refused, reads go on;
 * ask `isRefusing`, for a spool that stores while space is low refuses it as well.
 * It is sent no event for a record that is stored, only when something changes. It alone says when
 * the log is opened anew; a log that was lost is whole again only once the spool is back in it.
 */
export const auditMachine = setup({
  types: {
    context: {} as AuditContext,
    events: {} as AuditEvent,
    emitted: {} as AuditEmitted,
    input: {} as AuditSettings & Moment,
    tags: {} as 'writable' | 'spooling' | 'refusing' | 'failed',
  },
  actions: {
    tellMoved: emit(({ context: { mode, because, code } }, { to }: { to: AuditMode }) => ({
      type: 'audit.moved',
      from: mode,
      to,
      because,
      code,
    })),
    move: assign(({ context: { entered, steppedAtMs } }, { to }: { to: AuditMode }) => ({
      mode: to,
      sinceMs: steppedAtMs,
      entered: { ...entered, [to]: entered[to] + 1 },
    })),
    step: assign(({ event: { nowMs, draw } }) => ({ steppedAtMs: nowMs, draw })),
    note: assign(({ event }) => ({
      because: 'because' in event ? event.because : event.type,
      code: 'code' in event ? event.code : null,
      steppedAtMs: event.nowMs,
      draw: event.draw,
    })),
    noteOverdue: assign(({ context }, { step }: { step: 'reopen' | 'replay' }) => ({
      because: `${step}.overdue`,
      code: null,
      steppedAtMs: context.steppedAtMs + context.settings[`${step}Ms`],
    })),
    noteSpent: assign({ because: 'tries.spent' }),
    noteLow: assign({ isLow: true }),
    noteRoom: assign({ isLow: false }),
    endWait: assign({ steppedAtMs: ({ context }) => context.steppedAtMs + waitMs(context) }),
    countFailure: assign({ attempt: ({ context }) => context.attempt + 1 }),
    countLoss: assign(({ context: { attempt, wholeSinceMs, steppedAtMs, settings } }) => {
      const heldMs = steppedAtMs - (wholeSinceMs ?? Number.NEGATIVE_INFINITY);
      return { attempt: heldMs >= settings.steadyMs ? 0 : attempt + 1 };
    }),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    forget: assign({ attempt: 0, tries: 0 }),
    noteWhole: assign(({ event: { nowMs } }) => ({ tries: 0, wholeSinceMs: nowMs })),
    askReopen: emit(({ context: { attempt } }) => ({ type: 'audit.reopen', attempt })),
    askReplay: emit({ type: 'audit.replay' }),
  },
  delays: {
    waitMs: ({ context }) => waitMs(context),
    reopenMs: ({ context }) => context.settings.reopenMs,
    replayMs: ({ context }) => context.settings.replayMs,
  },
  guards: {
    isLow: ({ context }) => context.isLow,
    isSpent: ({ context }) => context.tries >= context.settings.triesMax,
    isLasting: (_, { code }: { code: string }) => lastingCodes.includes(code),
  },
}).createMachine({
  id: 'audit',
  context: ({ input: { nowMs, draw, ...settings } }) => ({
    settings,
    mode: 'readWrite',
    sinceMs: nowMs,
    because: 'audit.opened',
    code: null,
    attempt: 0,
    wholeSinceMs: null,
    tries: 0,
    isLow: false,
    entered: { readWrite: 1, spooling: 0, readOnly: 0, failed: 0, closed: 0 },
    steppedAtMs: nowMs,
    draw,
  }),
  initial: 'readWrite',
  on: {
    'tampering.found': { target: '.failed', actions: moving('failed') },
    'space.low': { actions: 'noteLow' },
    'space.regained': { actions: 'noteRoom' },
    'audit.close': { target: '.closed', actions: moving('closed') },
  },
  states: {
    readWrite: {
      tags: 'writable',
      on: {
        ...losing('spooling', lost),
        'space.low': { target: 'readOnly.low', actions: [...moving('readOnly'), 'noteLow'] },
      },
    },
    spooling: {
      tags: ['writable', 'spooling'],
      initial: 'waiting',
      states: {
        waiting: {
          after: { waitMs: { target: 'reopening', actions: ['endWait', 'askReopen'] } },
          on: {
            'space.regained': { target: 'reopening', actions: ['step', 'noteRoom', 'askReopen'] },
            'audit.resume': { target: 'reopening', actions: ['step', 'forget', 'askReopen'] },
            'reopen.succeeded': { target: 'replaying', actions: ['step', 'askReplay'] },
            ...refusing('waiting'),
          },
        },
        reopening: {
          after: { reopenMs: overdue('reopen') },
          on: {
            'reopen.succeeded': { target: 'replaying', actions: ['step', 'askReplay'] },
            'reopen.failed': [
              {
                guard: { type: 'isLasting', params: ({ event }) => event },
                target: '#audit.failed',
                actions: moving('failed'),
              },
              { target: 'waiting', actions: failing },
            ],
            ...refusing('reopening'),
          },
        },
        replaying: {
          after: { replayMs: overdue('replay') },
          on: {
            ...losing('waiting', failing),
            'replay.finished': [
              {
                guard: 'isLow',
                target: '#audit.readOnly.low',
                actions: [...moving('readOnly'), 'noteWhole'],
              },
              { target: '#audit.readWrite', actions: [...moving('readWrite'), 'noteWhole'] },
            ],
            ...refusing('replaying'),
          },
        },
      },
    },
    readOnly: {
      tags: 'refusing',
      initial: 'waiting',
      states: {
        low: {
          tags: 'writable',
          on: {
            ...losing('#audit.spooling', lost),
            'space.regained': {
              target: '#audit.readWrite',
              actions: [...moving('readWrite'), 'noteRoom'],
            },
          },
        },
        waiting: {
          always: {
            guard: 'isSpent',
            target: '#audit.failed',
            actions: ['noteSpent', ...to('failed')],
          },
          after: {
            waitMs: { target: 'reopening', actions: ['endWait', 'countTry', 'askReopen'] },
          },
          on: {
            'space.regained': {
              target: 'reopening',
              actions: ['step', 'noteRoom', 'countTry', 'askReopen'],
            },
            'audit.resume': {
              target: 'reopening',
              actions: ['step', 'forget', 'countTry', 'askReopen'],
            },
            'reopen.succeeded': {
              target: '#audit.spooling.replaying',
              actions: [...moving('spooling'), 'askReplay'],
            },
          },
        },
        reopening: {
          after: { reopenMs: overdue('reopen') },
          on: {
            'reopen.succeeded': {
              target: '#audit.spooling.replaying',
              actions: [...moving('spooling'), 'askReplay'],
            },
            'reopen.failed': [
              {
                guard: { type: 'isLasting', params: ({ event }) => event },
                target: '#audit.failed',
                actions: moving('failed'),
              },
              { target: 'waiting', actions: failing },
            ],
          },
        },
        replaying: {
          after: { replayMs: overdue('replay') },
          on: {
            ...losing('waiting', failing),
            'spool.failed': { target: 'waiting', actions: failing },
            'replay.finished': [
              { guard: 'isLow', target: '#audit.readOnly.low', actions: ['note', 'noteWhole'] },
              { target: '#audit.readWrite', actions: [...moving('readWrite'), 'noteWhole'] },
            ],
          },
        },
      },
    },
    failed: {
      tags: ['refusing', 'failed'],
      on: {
        'tampering.found': { actions: 'note' },
        'audit.resume': {
          target: 'readOnly.reopening',
          actions: [...moving('readOnly'), 'forget', 'countTry', 'askReopen'],
        },
      },
    },
    closed: { tags: 'refusing', type: 'final' },
  },
});

/** Whether work of effect write is refused: by mode, and in any mode while free space is low. */
export const isRefusing = (snapshot: SnapshotFrom<typeof auditMachine>): boolean =>
  snapshot.hasTag('refusing') || snapshot.context.isLow;
