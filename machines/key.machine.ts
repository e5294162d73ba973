import { assign, emit, setup } from 'xstate';

/** How old a key may become. */
export interface KeySettings {
  /** From when it is in use to its rotation; up to a tenth of it is taken off by chance. */
  readonly rotateMs: number;
  /** After its rotation it stands beside the next key for so long. */
  readonly overlapMs: number;
  /** From then on it is kept, wrapped, for so long. */
  readonly archiveMs: number;
  /** What failed is tried again after so long. */
  readonly retryMs: number;
}

export type KeyStage = 'scheduled' | 'overlapping' | 'archived';

export interface KeyInput {
  readonly settings: KeySettings;
  readonly stage: KeyStage;
  /** Since when it is at that stage, and what time it is: wall clock. */
  readonly sinceMs: number;
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly draw: number;
}

export interface KeyContext {
  readonly settings: KeySettings;
  readonly stage: KeyStage;
  /** What is left of the stage that it began at, or the whole of a later one. */
  readonly waitMs: number;
}

export type KeyEvent =
  | { type: 'key.rotated' }
  | { type: 'key.revoked' }
  | { type: 'key.archive' }
  | { type: 'key.archived' }
  | { type: 'key.destroyed' };

export type KeyEmitted =
  | { type: 'key.due' }
  | { type: 'key.overdue' }
  | { type: 'key.lapsed' }
  | { type: 'key.perished' };

const JITTER = 0.1;

const periodOf = ({ rotateMs, overlapMs, archiveMs }: KeySettings, stage: KeyStage): number =>
  ({ scheduled: rotateMs, overlapping: overlapMs, archived: archiveMs })[stage];

/** Trap: of a clock that was turned back the stage began in the future; it ends no later for it. */
function leftMs({ settings, stage, sinceMs, nowMs, draw }: KeyInput): number {
  const wholeMs = periodOf(settings, stage) * (stage === 'scheduled' ? 1 - JITTER * draw : 1);
  return Math.max(0, wholeMs - Math.max(0, nowMs - sinceMs));
}

const begin = <Stage extends KeyStage>(stage: Stage) =>
  ({ target: stage, actions: { type: 'begin', params: { stage } } }) as const;

/**
 * The life of one key that others know. `present`: it is in use. `overdue`: it ought to be rotated
 * by now. `honoured`: it still stands for its owner, beside the next. `kept`: wrapped, for nobody.
 * Nothing leads back: a key that had its time never has it again.
 */
export const keyMachine = setup({
  types: {
    context: {} as KeyContext,
    events: {} as KeyEvent,
    emitted: {} as KeyEmitted,
    input: {} as KeyInput,
    tags: {} as 'present' | 'overdue' | 'honoured' | 'kept' | 'gone',
  },
  actions: {
    begin: assign(({ context: { settings } }, { stage }: { stage: KeyStage }) => ({
      stage,
      waitMs: periodOf(settings, stage),
    })),
    tellDue: emit({ type: 'key.due' }),
    tellOverdue: emit({ type: 'key.overdue' }),
    tellLapsed: emit({ type: 'key.lapsed' }),
    tellPerished: emit({ type: 'key.perished' }),
  },
  delays: {
    waitMs: ({ context }) => context.waitMs,
    retryMs: ({ context }) => context.settings.retryMs,
  },
  guards: {
    isOverlapping: ({ context }) => context.stage === 'overlapping',
    isArchived: ({ context }) => context.stage === 'archived',
  },
}).createMachine({
  id: 'key',
  context: ({ input }) => ({
    settings: input.settings,
    stage: input.stage,
    waitMs: leftMs(input),
  }),
  initial: 'beginning',
  on: { 'key.destroyed': '.destroyed' },
  states: {
    beginning: {
      always: [
        { guard: 'isOverlapping', target: 'overlapping' },
        { guard: 'isArchived', target: 'archived' },
        { target: 'scheduled' },
      ],
    },
    scheduled: {
      tags: 'present',
      after: { waitMs: 'due' },
      on: { 'key.rotated': begin('overlapping'), 'key.revoked': 'destroyed' },
    },
    due: {
      tags: ['present', 'overdue'],
      entry: 'tellDue',
      after: { retryMs: { target: 'due', reenter: true, actions: 'tellOverdue' } },
      on: { 'key.rotated': begin('overlapping'), 'key.revoked': 'destroyed' },
    },
    overlapping: {
      tags: 'honoured',
      after: { waitMs: 'lapsing' },
      on: { 'key.archive': 'lapsing', 'key.archived': begin('archived') },
    },
    lapsing: {
      tags: 'honoured',
      entry: 'tellLapsed',
      after: { retryMs: { target: 'lapsing', reenter: true } },
      on: { 'key.archived': begin('archived') },
    },
    archived: { tags: 'kept', after: { waitMs: 'perishing' } },
    perishing: {
      tags: 'kept',
      entry: 'tellPerished',
      after: { retryMs: { target: 'perishing', reenter: true } },
    },
    destroyed: { tags: 'gone', type: 'final' },
  },
});
