import { assign, emit, setup } from 'xstate';

/** After each of these times, again and again, a step that is not over is told to be overdue. */
export interface SegmentSettings {
  readonly preflightMs: number;
  readonly sealMs: number;
  readonly shredMs: number;
}

export type SegmentStage =
  | 'absent'
  | 'preflight'
  | 'active'
  | 'sealing'
  | 'closed'
  | 'quarantined'
  | 'shredding'
  | 'destroyed';

export interface SegmentContext {
  readonly settings: SegmentSettings;
  readonly stage: SegmentStage;
  /** What moved it last, or went wrong since. */
  readonly because: string;
  /** Known once it is sealed; 0 before. */
  readonly records: number;
  /** Where a shred that failed before the key was overwritten goes back to. */
  readonly isQuarantined: boolean;
}

export type SegmentEvent =
  | { type: 'segment.open' }
  | { type: 'preflight.passed'; isSealed: boolean; records: number }
  | { type: 'preflight.doubted'; because: string }
  | { type: 'segment.create' }
  | { type: 'segment.seal' }
  | { type: 'seal.finished'; records: number }
  | { type: 'seal.failed'; because: string }
  | { type: 'segment.shred' }
  | { type: 'key.overwritten' }
  | { type: 'shred.finished' }
  | { type: 'shred.failed'; because: string }
  | { type: 'damage.found'; because: string };

export type SegmentEmitted =
  | { type: 'segment.moved'; from: SegmentStage; to: SegmentStage; because: string }
  /** A step failed, and is to be asked for again. */
  | { type: 'segment.hindered'; stage: SegmentStage; because: string }
  | { type: 'segment.overdue'; stage: SegmentStage };

/** A move from one stage to another, as the event says why. */
const moving = <To extends SegmentStage>(to: To) =>
  ({
    target: `#segment.${to}`,
    actions: ['note', { type: 'tellMoved', params: { to } }, { type: 'move', params: { to } }],
  }) as const;

/**
 * What may be done with a piece of the log. `appendable`: records go in. `readable`: they come out.
 * `gone`: nobody can read them any more. Nothing leads from a doubt back to trust: a quarantined
 * segment is read with care, or shredded. It is destroyed only after its key is; from then on
 * nothing but the rest of its files is left to remove.
 */
export const segmentMachine = setup({
  types: {
    context: {} as SegmentContext,
    events: {} as SegmentEvent,
    emitted: {} as SegmentEmitted,
    input: {} as SegmentSettings,
    tags: {} as 'appendable' | 'readable' | 'gone',
  },
  actions: {
    tellMoved: emit(({ context: { stage, because } }, { to }: { to: SegmentStage }) => ({
      type: 'segment.moved',
      from: stage,
      to,
      because,
    })),
    tellHindered: emit(({ context: { stage, because } }) => ({
      type: 'segment.hindered',
      stage,
      because,
    })),
    tellOverdue: emit(({ context: { stage } }) => ({ type: 'segment.overdue', stage })),
    move: assign((_, { to }: { to: SegmentStage }) => ({ stage: to })),
    note: assign({
      because: ({ event }) => ('because' in event ? event.because : event.type),
    }),
    count: assign((_, { records }: { records: number }) => ({ records })),
    quarantine: assign({ isQuarantined: true }),
  },
  delays: {
    preflightMs: ({ context }) => context.settings.preflightMs,
    sealMs: ({ context }) => context.settings.sealMs,
    shredMs: ({ context }) => context.settings.shredMs,
  },
  guards: {
    isSealed: (_, { isSealed }: { isSealed: boolean }) => isSealed,
    isQuarantined: ({ context }) => context.isQuarantined,
  },
}).createMachine({
  id: 'segment',
  context: ({ input }) => ({
    settings: input,
    stage: 'absent',
    because: '',
    records: 0,
    isQuarantined: false,
  }),
  initial: 'absent',
  states: {
    absent: {
      on: { 'segment.open': moving('preflight'), 'segment.create': moving('active') },
    },
    preflight: {
      after: { preflightMs: { target: 'preflight', reenter: true, actions: 'tellOverdue' } },
      on: {
        'segment.open': { target: 'preflight', reenter: true },
        'preflight.passed': [
          {
            ...moving('closed'),
            guard: { type: 'isSealed', params: ({ event }) => event },
            actions: [...moving('closed').actions, { type: 'count', params: ({ event }) => event }],
          },
          moving('active'),
        ],
        'preflight.doubted': moving('quarantined'),
        'key.overwritten': { ...moving('shredding'), target: 'shredding.erasing' },
      },
    },
    active: {
      tags: ['appendable', 'readable'],
      on: { 'segment.seal': moving('sealing'), 'damage.found': moving('quarantined') },
    },
    sealing: {
      tags: 'readable',
      after: { sealMs: { target: 'sealing', reenter: true, actions: 'tellOverdue' } },
      on: {
        'segment.seal': { target: 'sealing', reenter: true },
        'seal.finished': {
          ...moving('closed'),
          actions: [...moving('closed').actions, { type: 'count', params: ({ event }) => event }],
        },
        'seal.failed': { actions: ['note', 'tellHindered'] },
        'damage.found': moving('quarantined'),
      },
    },
    closed: {
      tags: 'readable',
      on: { 'segment.shred': moving('shredding'), 'damage.found': moving('quarantined') },
    },
    quarantined: {
      tags: 'readable',
      entry: 'quarantine',
      on: { 'segment.shred': moving('shredding') },
    },
    shredding: {
      initial: 'overwriting',
      states: {
        overwriting: {
          after: { shredMs: { target: 'overwriting', reenter: true, actions: 'tellOverdue' } },
          on: {
            'segment.shred': { target: 'overwriting', reenter: true },
            'key.overwritten': { target: 'erasing', actions: 'note' },
            'shred.failed': [
              { ...moving('quarantined'), guard: 'isQuarantined' },
              moving('closed'),
            ],
          },
        },
        erasing: {
          after: { shredMs: { target: 'erasing', reenter: true, actions: 'tellOverdue' } },
          on: {
            'segment.shred': { target: 'erasing', reenter: true },
            'shred.failed': { actions: ['note', 'tellHindered'] },
            'shred.finished': moving('destroyed'),
          },
        },
      },
    },
    destroyed: { tags: 'gone', type: 'final' },
  },
});
