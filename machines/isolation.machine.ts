import { assign, emit, setup } from 'xstate';
import { type Isolation, isolations } from './isolation.ts';

/** The strongest level that can be had now. */
export type IsolationMode = Isolation | 'refusing';

/** Times are monotonic milliseconds. */
export interface IsolationContext {
  readonly mode: IsolationMode;
  readonly sinceMs: number;
  /** What moved it last. */
  readonly because: IsolationEvent['type'] | 'isolation.began';
  /** Which levels can be had. */
  readonly levels: Readonly<Record<Isolation, boolean>>;
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
    input: {} as { readonly nowMs: number },
    tags: {} as IsolationMode,
  },
  actions: {
    gain: assign(({ context: { levels } }, { isolation }: { isolation: Isolation }) => ({
      levels: { ...levels, [isolation]: true },
    })),
    lose: assign(({ context: { levels } }, { isolation }: { isolation: Isolation }) => ({
      levels: { ...levels, [isolation]: false },
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
  context: ({ input: { nowMs } }) => ({
    mode: 'refusing',
    sinceMs: nowMs,
    because: 'isolation.began',
    levels: { isolate: false, process: false, microvm: false },
  }),
  initial: 'refusing',
  on: {
    'level.proved': { actions: { type: 'gain', params: ({ event }) => event } },
    'level.lost': { actions: { type: 'lose', params: ({ event }) => event } },
  },
  states: {
    microvm: { tags: 'microvm', always: [toProcess, toIsolate, toRefusing] },
    process: { tags: 'process', always: [toMicrovm, toIsolate, toRefusing] },
    isolate: { tags: 'isolate', always: [toMicrovm, toProcess, toRefusing] },
    refusing: { tags: 'refusing', always: [toMicrovm, toProcess, toIsolate] },
  },
});
