import { assign, emit, setup } from 'xstate';
import { type Backoff, equalJitterMs } from './backoff.ts';
import { type Isolation, isolations } from './isolation.ts';

export interface IsolationSettings {
  /** Before a level that was lost again soon is proved again: longer with each such loss. */
  readonly backoff: Backoff;
  /** Losses are forgotten once the level was proved for so long. */
  readonly steadyMs: number;
}

/** The strongest level that can be had now. */
export type IsolationMode = Isolation | 'refusing';

/** Times are monotonic milliseconds. */
export interface IsolationContext {
  readonly mode: IsolationMode;
  readonly sinceMs: number;
  /** What moved it last. */
  readonly because: IsolationEvent['type'] | 'isolation.began';
  readonly settings: IsolationSettings;
  /** Which levels can be had. */
  readonly levels: Readonly<Record<Isolation, boolean>>;
  /** When each was proved last. */
  readonly provedAtMs: Readonly<Record<Isolation, number | null>>;
  /** How often each was lost, proved for no long time between. */
  readonly losses: Readonly<Record<Isolation, number>>;
}

export type IsolationEvent = {
  readonly nowMs: number;
  readonly isolation: Isolation;
} & (
  | { type: 'level.proved' }
  /** By a cause of the host's: a guest must have no way to bring this about. */
  | { type: 'level.lost' }
);

export type IsolationEmitted = {
  type: 'isolation.moved';
  from: IsolationMode;
  to: IsolationMode;
  because: IsolationEvent['type'];
  level: Isolation;
};

const strongestOf = (levels: IsolationContext['levels']): IsolationMode =>
  isolations.findLast((isolation) => levels[isolation]) ?? 'refusing';

/** Losses in a row, this one with them. */
function lossesOf({ settings, provedAtMs, losses }: IsolationContext, event: IsolationEvent) {
  const { isolation, nowMs } = event;
  const heldMs = nowMs - (provedAtMs[isolation] ?? nowMs);
  return heldMs >= settings.steadyMs ? 1 : losses[isolation] + 1;
}

/** How long at the least before a level that is lost is proved again; `draw` is in [0, 1). */
export function proveAfterMs(
  context: IsolationContext,
  isolation: Isolation,
  draw: number,
): number {
  const { losses, settings } = context;
  const again = losses[isolation] - 1;
  return again < 1 ? 0 : equalJitterMs(settings.backoff, again, draw);
}

const moving = <To extends IsolationMode>(mode: To) => ({
  target: mode,
  actions: [
    { type: 'tellMoved', params: { to: mode } },
    { type: 'move', params: { to: mode } },
  ] as const,
});

const toMicrovm = { guard: 'isMicrovm', ...moving('microvm') } as const;
const toProcess = { guard: 'isProcess', ...moving('process') } as const;
const toIsolate = { guard: 'isIsolate', ...moving('isolate') } as const;
const toRefusing = { guard: 'isNone', ...moving('refusing') } as const;

/**
 * How well what is not trusted can be kept in. Each mode names the strongest level that can be had;
 * in `refusing` nothing may run. A level counts once it was proved, until it is lost.
 */
export const isolationMachine = setup({
  types: {
    context: {} as IsolationContext,
    events: {} as IsolationEvent,
    emitted: {} as IsolationEmitted,
    input: {} as { readonly settings: IsolationSettings; readonly nowMs: number },
    tags: {} as IsolationMode,
  },
  actions: {
    gain: assign(({ context: { levels, provedAtMs }, event: { isolation, nowMs } }) => ({
      levels: { ...levels, [isolation]: true },
      provedAtMs: { ...provedAtMs, [isolation]: nowMs },
    })),
    lose: assign(({ context, event }) => ({
      levels: { ...context.levels, [event.isolation]: false },
      losses: { ...context.losses, [event.isolation]: lossesOf(context, event) },
    })),
    tellMoved: emit(({ context: { mode }, event }, { to }: { to: IsolationMode }) => ({
      type: 'isolation.moved',
      from: mode,
      to,
      because: event.type,
      level: event.isolation,
    })),
    move: assign(({ event }, { to }: { to: IsolationMode }) => ({
      mode: to,
      sinceMs: event.nowMs,
      because: event.type,
    })),
  },
  guards: {
    isMicrovm: ({ context: { levels } }) => strongestOf(levels) === 'microvm',
    isProcess: ({ context: { levels } }) => strongestOf(levels) === 'process',
    isIsolate: ({ context: { levels } }) => strongestOf(levels) === 'isolate',
    isNone: ({ context: { levels } }) => strongestOf(levels) === 'refusing',
  },
}).createMachine({
  id: 'isolation',
  context: ({ input: { settings, nowMs } }) => ({
    settings,
    mode: 'refusing',
    sinceMs: nowMs,
    because: 'isolation.began',
    levels: { isolate: false, process: false, microvm: false },
    provedAtMs: { isolate: null, process: null, microvm: null },
    losses: { isolate: 0, process: 0, microvm: 0 },
  }),
  initial: 'refusing',
  on: {
    'level.proved': { actions: 'gain' },
    'level.lost': { actions: 'lose' },
  },
  states: {
    microvm: { tags: 'microvm', always: [toProcess, toIsolate, toRefusing] },
    process: { tags: 'process', always: [toMicrovm, toIsolate, toRefusing] },
    isolate: { tags: 'isolate', always: [toMicrovm, toProcess, toRefusing] },
    refusing: { tags: 'refusing', always: [toMicrovm, toProcess, toIsolate] },
  },
});
