import { assign, emit, setup } from 'xstate';

export interface HealthSettings {
  /** From the end of one check to the next; up to a tenth of it is taken off by chance. */
  readonly everyMs: number;
  /** A check that takes longer hangs, and has failed. */
  readonly timeoutMs: number;
  /** So many failures in a row make it fail; one makes it warn. */
  readonly failuresMax: number;
  /** So many better results in a row make it better. */
  readonly passesMin: number;
  /** While so many hang, none is begun. */
  readonly hangingMax: number;
}

export interface HealthContext {
  readonly settings: HealthSettings;
  /** Results in a row, no more than matter: that failed, that did not, and that passed. */
  readonly failures: number;
  readonly wells: number;
  readonly passes: number;
  readonly hanging: number;
  /** Until the next one. */
  readonly waitMs: number;
}

type Outcome = 'passed' | 'warned' | 'failed';

export type HealthEvent =
  /** Now, whenever it is due. */
  | { type: 'check.begin' }
  /** What it found; `draw` is uniform in [0, 1). */
  | { type: `check.${Outcome}`; draw: number }
  /** Its breaker lets none through for so long. */
  | { type: 'check.refused'; retryAfterMs: number }
  /** One that hung has ended after all. */
  | { type: 'check.settled' };

export type HealthEmitted =
  | { type: 'check.begun' }
  | { type: 'check.overdue' }
  /** Once for each change, the first result among them; `failures` in a row. */
  | { type: `health.${Outcome}`; failures: number };

const JITTER = 0.1;

function counted({ settings, failures, wells, passes }: HealthContext, outcome: Outcome) {
  const { failuresMax, passesMin } = settings;
  return {
    failures: outcome === 'failed' ? Math.min(failures + 1, failuresMax) : 0,
    wells: outcome === 'failed' ? 0 : Math.min(wells + 1, passesMin),
    passes: outcome === 'passed' ? Math.min(passes + 1, passesMin) : 0,
  };
}

const ended = (outcome: Outcome) => ({
  target: 'resting',
  actions: [
    { type: 'count', params: { outcome } },
    { type: 'pace', params: ({ event }: { event: { draw: number } }) => event },
  ] as const,
});

const moving = <To extends string>(target: To, outcome: Outcome) => ({
  target,
  actions: { type: 'tell', params: { outcome } } as const,
});

const failing = moving('failing', 'failed');
const warning = moving('warning', 'warned');
const passing = moving('passing', 'passed');

/**
 * One check, over and over, and what is to be thought of it. It gets worse by a warning or a
 * failure at once, but fails only after several in a row; it gets better only after several, too.
 * `checking`: one is under way. What hangs is left to itself, and its end is waited for only once
 * as many hang as may.
 */
export const healthMachine = setup({
  types: {
    context: {} as HealthContext,
    events: {} as HealthEvent,
    emitted: {} as HealthEmitted,
    input: {} as HealthSettings,
    tags: {} as 'pending' | 'passing' | 'warning' | 'failing' | 'checking',
  },
  actions: {
    count: assign(({ context }, { outcome }: { outcome: Outcome }) => counted(context, outcome)),
    pace: assign(({ context: { settings } }, { draw }: { draw: number }) => ({
      waitMs: settings.everyMs * (1 - JITTER * draw),
    })),
    paceWhole: assign({ waitMs: ({ context }) => context.settings.everyMs }),
    putOff: assign((_, { retryAfterMs }: { retryAfterMs: number }) => ({ waitMs: retryAfterMs })),
    hang: assign({ hanging: ({ context }) => context.hanging + 1 }),
    settle: assign({ hanging: ({ context }) => Math.max(0, context.hanging - 1) }),
    tellBegun: emit({ type: 'check.begun' }),
    tellOverdue: emit({ type: 'check.overdue' }),
    tell: emit(({ context: { failures } }, { outcome }: { outcome: Outcome }) => ({
      type: `health.${outcome}` as const,
      failures,
    })),
  },
  delays: {
    waitMs: ({ context }) => context.waitMs,
    timeoutMs: ({ context }) => context.settings.timeoutMs,
  },
  guards: {
    isStuck: ({ context: { hanging, settings } }) => hanging >= settings.hangingMax,
    hasRoom: ({ context: { hanging, settings } }) => hanging < settings.hangingMax,
    hasFailed: ({ context }) => context.failures > 0,
    hasPassed: ({ context }) => context.passes > 0,
    hasWarned: ({ context }) => context.wells > context.passes,
    isDown: ({ context: { failures, settings } }) => failures >= settings.failuresMax,
    isWorse: ({ context }) => context.passes === 0,
    isSound: ({ context: { passes, settings } }) => passes >= settings.passesMin,
    isBearable: ({ context: { wells, settings } }) => wells >= settings.passesMin,
  },
}).createMachine({
  id: 'health',
  context: ({ input }) => ({
    ...{ settings: input, failures: 0, wells: 0, passes: 0, hanging: 0 },
    waitMs: input.everyMs,
  }),
  type: 'parallel',
  on: { 'check.settled': { actions: 'settle' } },
  states: {
    standing: {
      initial: 'pending',
      states: {
        pending: {
          tags: 'pending',
          always: [
            { guard: 'hasFailed', ...failing },
            { guard: 'hasWarned', ...warning },
            { guard: 'hasPassed', ...passing },
          ],
        },
        passing: {
          tags: 'passing',
          always: [
            { guard: 'isDown', ...failing },
            { guard: 'isWorse', ...warning },
          ],
        },
        warning: {
          tags: 'warning',
          always: [
            { guard: 'isDown', ...failing },
            { guard: 'isSound', ...passing },
          ],
        },
        failing: {
          tags: 'failing',
          always: [
            { guard: 'isSound', ...passing },
            { guard: 'isBearable', ...warning },
          ],
        },
      },
    },
    work: {
      initial: 'resting',
      states: {
        resting: {
          on: { 'check.begin': { guard: 'hasRoom', target: 'checking' } },
          after: {
            waitMs: [
              {
                guard: 'isStuck',
                target: 'resting',
                reenter: true,
                actions: [{ type: 'count', params: { outcome: 'failed' } }, 'paceWhole'],
              },
              { target: 'checking' },
            ],
          },
        },
        checking: {
          tags: 'checking',
          entry: 'tellBegun',
          after: {
            timeoutMs: {
              target: 'resting',
              actions: [
                { type: 'count', params: { outcome: 'failed' } },
                'hang',
                'paceWhole',
                'tellOverdue',
              ],
            },
          },
          on: {
            'check.passed': ended('passed'),
            'check.warned': ended('warned'),
            'check.failed': ended('failed'),
            'check.refused': {
              target: 'resting',
              actions: { type: 'putOff', params: ({ event }) => event },
            },
          },
        },
      },
    },
  },
});
