import { assign, emit, setup } from 'xstate';
import { type Backoff, equalJitterMs } from './backoff.ts';

export interface BreakerSettings {
  /** How long it stays open: between half and the whole of the ceiling, which grows in a row. */
  readonly open: Backoff;
  /** As many calls at once try a half-open breaker; that many must succeed to close it. */
  readonly probesMax: number;
  /** A probe that has not reported by then has failed. */
  readonly probeMs: number;
}

/** Somebody's wish that no call gets through, until it is released. */
export interface Isolation {
  readonly id: number;
  readonly by: string;
  readonly reason: string;
  /** Wall-clock milliseconds since 1970. */
  readonly sinceMs: number;
}

/** Times are monotonic milliseconds. */
export interface BreakerContext {
  readonly settings: BreakerSettings;
  /** Openings in a row, without a close between them. */
  readonly openings: number;
  readonly openForMs: number;
  readonly retryAtMs: number;
  readonly inFlight: number;
  readonly succeeded: number;
  /** When the newest probe must have reported. */
  readonly probeUntilMs: number;
  /** Uniform in [0, 1), for the opening that may follow. */
  readonly draw: number;
  readonly isolations: readonly Isolation[];
}

export type BreakerEvent =
  | { type: 'breaker.trip'; nowMs: number; draw: number }
  | { type: 'breaker.probe'; nowMs: number; draw: number }
  | { type: 'probe.succeeded' }
  | { type: 'probe.failed'; nowMs: number }
  | { type: 'probe.ignored' }
  | { type: 'breaker.isolate'; isolation: Isolation }
  | { type: 'breaker.release'; id: number }
  | { type: 'breaker.configure'; settings: BreakerSettings };

/** What opened it: its window, or a call that tried it and failed, or never reported. */
type Because = 'window' | 'probe.failed' | 'probe.overdue';

export type BreakerEmitted =
  | { type: 'breaker.opened'; because: Because; openForMs: number; openings: number }
  | { type: 'breaker.probing' }
  | { type: 'breaker.closed' }
  | { type: 'breaker.isolated'; by: string; reason: string }
  | { type: 'breaker.released' };

interface Moment {
  readonly nowMs: number;
  readonly draw: number;
}

/** Opens at `nowMs`; `draw` is uniform in [0, 1). */
function opening({ settings, openings }: BreakerContext, { nowMs, draw }: Moment) {
  const openForMs = equalJitterMs(settings.open, openings, draw);
  return { openings: openings + 1, openForMs, retryAtMs: nowMs + openForMs };
}

/** Whether a half-open breaker lets one more call try it. */
export const hasRoom = ({ inFlight, succeeded, settings }: BreakerContext): boolean =>
  inFlight === 0 || inFlight + succeeded < settings.probesMax;

/**
 * Lets calls through, or not. It is sent no event for a call that a closed breaker lets through or
 * that an open one refuses, only for probes; whoever calls asks its tags. An open breaker needs no
 * timer: the first probe that comes when it is due finds it half-open.
 */
export const breakerMachine = setup({
  types: {
    context: {} as BreakerContext,
    events: {} as BreakerEvent,
    emitted: {} as BreakerEmitted,
    input: {} as BreakerSettings,
    tags: {} as 'admitting' | 'probing' | 'rejecting' | 'isolated',
  },
  actions: {
    open: assign(({ context }, moment: Moment) => opening(context, moment)),
    reopen: assign(({ context }, { nowMs }: { nowMs: number }) =>
      opening(context, { nowMs, draw: context.draw }),
    ),
    reopenOverdue: assign(({ context }) =>
      opening(context, { nowMs: context.probeUntilMs, draw: context.draw }),
    ),
    forgetOpenings: assign({ openings: 0 }),
    beginProbing: assign({ inFlight: 0, succeeded: 0 }),
    probe: assign(({ context }, { nowMs, draw }: Moment) => ({
      inFlight: context.inFlight + 1,
      probeUntilMs: nowMs + context.settings.probeMs,
      draw,
    })),
    countSuccess: assign({ succeeded: ({ context }) => context.succeeded + 1 }),
    endProbe: assign({ inFlight: ({ context }) => context.inFlight - 1 }),
    isolate: assign(({ context }, isolation: Isolation) => ({
      isolations: [...context.isolations, isolation],
    })),
    release: assign(({ context }, { id }: { id: number }) => ({
      isolations: context.isolations.filter((isolation) => isolation.id !== id),
    })),
    configure: assign((_, { settings }: { settings: BreakerSettings }) => ({ settings })),
    tellOpened: emit(({ context: { openForMs, openings } }, { because }: { because: Because }) => ({
      type: 'breaker.opened',
      because,
      openForMs,
      openings,
    })),
    tellProbing: emit({ type: 'breaker.probing' }),
    tellClosed: emit({ type: 'breaker.closed' }),
    tellIsolated: emit((_, { by, reason }: Isolation) => ({
      type: 'breaker.isolated',
      by,
      reason,
    })),
    tellReleased: emit({ type: 'breaker.released' }),
  },
  delays: { probeMs: ({ context }) => context.settings.probeMs },
  guards: {
    isDue: ({ context }, { nowMs }: { nowMs: number }) => nowMs >= context.retryAtMs,
    hasRoom: ({ context }) => hasRoom(context),
    isLastProbe: ({ context }) => context.succeeded + 1 >= context.settings.probesMax,
    isOnlyProbe: ({ context }) => context.inFlight === 1,
    isLastIsolation: ({ context: { isolations } }, { id }: { id: number }) =>
      isolations.every((isolation) => isolation.id === id),
  },
}).createMachine({
  id: 'breaker',
  context: ({ input }) => ({
    settings: input,
    openings: 0,
    openForMs: 0,
    retryAtMs: 0,
    inFlight: 0,
    succeeded: 0,
    probeUntilMs: 0,
    draw: 0,
    isolations: [],
  }),
  type: 'parallel',
  on: { 'breaker.configure': { actions: { type: 'configure', params: ({ event }) => event } } },
  states: {
    circuit: {
      initial: 'closed',
      states: {
        closed: {
          tags: 'admitting',
          entry: 'forgetOpenings',
          on: {
            'breaker.trip': {
              target: 'open',
              actions: [
                { type: 'open', params: ({ event }) => event },
                { type: 'tellOpened', params: { because: 'window' } },
              ],
            },
          },
        },
        open: {
          tags: 'rejecting',
          on: {
            'breaker.probe': {
              guard: { type: 'isDue', params: ({ event }) => event },
              target: 'halfOpen.probing',
              actions: [
                'beginProbing',
                'tellProbing',
                { type: 'probe', params: ({ event }) => event },
              ],
            },
          },
        },
        halfOpen: {
          tags: 'probing',
          initial: 'waiting',
          on: {
            'breaker.probe': {
              guard: 'hasRoom',
              target: '.probing',
              reenter: true,
              actions: { type: 'probe', params: ({ event }) => event },
            },
          },
          states: {
            waiting: {},
            probing: {
              after: {
                probeMs: {
                  target: '#breaker.circuit.open',
                  actions: [
                    'reopenOverdue',
                    { type: 'tellOpened', params: { because: 'probe.overdue' } },
                  ],
                },
              },
              on: {
                'probe.succeeded': [
                  {
                    guard: 'isLastProbe',
                    target: '#breaker.circuit.closed',
                    actions: 'tellClosed',
                  },
                  {
                    guard: 'isOnlyProbe',
                    target: 'waiting',
                    actions: ['countSuccess', 'endProbe'],
                  },
                  { actions: ['countSuccess', 'endProbe'] },
                ],
                'probe.failed': {
                  target: '#breaker.circuit.open',
                  actions: [
                    { type: 'reopen', params: ({ event }) => event },
                    { type: 'tellOpened', params: { because: 'probe.failed' } },
                  ],
                },
                'probe.ignored': [
                  { guard: 'isOnlyProbe', target: 'waiting', actions: 'endProbe' },
                  { actions: 'endProbe' },
                ],
              },
            },
          },
        },
      },
    },
    isolation: {
      initial: 'none',
      on: {
        'breaker.isolate': {
          target: '.isolated',
          actions: [
            { type: 'isolate', params: ({ event }) => event.isolation },
            { type: 'tellIsolated', params: ({ event }) => event.isolation },
          ],
        },
      },
      states: {
        none: {},
        isolated: {
          tags: ['rejecting', 'isolated'],
          on: {
            'breaker.release': [
              {
                guard: { type: 'isLastIsolation', params: ({ event }) => event },
                target: 'none',
                actions: [{ type: 'release', params: ({ event }) => event }, 'tellReleased'],
              },
              { actions: { type: 'release', params: ({ event }) => event } },
            ],
          },
        },
      },
    },
  },
});
