import { assign, emit, setup } from 'xstate';

/** Times are of one set of keys; `rotateMs` is drawn anew for each. */
export interface SessionInput {
  readonly rotateMs: number;
  /** Whoever has the same keys for longer has no connection any more. */
  readonly overdueMs: number;
}

export type SessionEvent =
  /** Somebody here wants new keys now. */
  | { type: 'session.rotate' }
  /** The other side offers; `yields` if an offer of ours goes before it. */
  | { type: 'rotation.offered'; yields: boolean }
  | { type: 'rotation.answered'; rotateMs: number }
  | { type: 'rotation.switched'; rotateMs: number };

export type SessionEmitted =
  | { type: 'session.offer' }
  | { type: 'session.answer' }
  | { type: 'session.rotated' }
  | { type: 'session.overdue' };

/**
 * The keys of one connection, from one set to the next. `resting`: nothing is asked for;
 * `offering`: ours waits for an answer; `answering`: the other side has to switch. A rotation that
 * hangs is ended by nothing but the end of the connection, once its keys are overdue.
 */
export const sessionMachine = setup({
  types: {
    context: {} as SessionInput,
    events: {} as SessionEvent,
    emitted: {} as SessionEmitted,
    input: {} as SessionInput,
    tags: {} as 'resting' | 'offering' | 'answering',
  },
  actions: {
    draw: assign((_, { rotateMs }: { rotateMs: number }) => ({ rotateMs })),
    tellOffer: emit({ type: 'session.offer' }),
    tellAnswer: emit({ type: 'session.answer' }),
    tellRotated: emit({ type: 'session.rotated' }),
    tellOverdue: emit({ type: 'session.overdue' }),
  },
  delays: {
    rotateMs: ({ context }) => context.rotateMs,
    overdueMs: ({ context }) => context.overdueMs,
  },
  guards: {
    yields: (_, { yields }: { yields: boolean }) => yields,
  },
}).createMachine({
  id: 'session',
  context: ({ input }) => input,
  initial: 'keyed',
  states: {
    keyed: {
      after: { overdueMs: 'overdue' },
      initial: 'resting',
      states: {
        resting: {
          tags: 'resting',
          after: { rotateMs: { target: 'offering', actions: 'tellOffer' } },
          on: {
            'session.rotate': { target: 'offering', actions: 'tellOffer' },
            'rotation.offered': { target: 'answering', actions: 'tellAnswer' },
          },
        },
        offering: {
          tags: 'offering',
          on: {
            'rotation.offered': [
              { guard: { type: 'yields', params: ({ event }) => event } },
              { target: 'answering', actions: 'tellAnswer' },
            ],
            'rotation.answered': {
              target: '#session.keyed',
              reenter: true,
              actions: [{ type: 'draw', params: ({ event }) => event }, 'tellRotated'],
            },
          },
        },
        answering: {
          tags: 'answering',
          on: {
            'rotation.switched': {
              target: '#session.keyed',
              reenter: true,
              actions: [{ type: 'draw', params: ({ event }) => event }, 'tellRotated'],
            },
          },
        },
      },
    },
    overdue: { type: 'final', entry: 'tellOverdue' },
  },
});
