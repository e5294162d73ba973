import { assign, emit, setup } from 'xstate';

/** No state lasts longer than these, but for `warm`. */
export interface VmDeadlines {
  readonly provisionMs: number;
  /** For the answer to a ping. */
  readonly pingMs: number;
  /** From the kill until the system says that nothing is left. */
  readonly endMs: number;
}

/** Why there is no guest any more. */
export type VmDeath =
  /** It could not be had: nothing that is not trusted ran. */
  | 'unavailable'
  /** It died, or fell silent, before anything that is not trusted ran. */
  | 'lost'
  /** It answered, and then no ping: by what it ran. */
  | 'silent'
  /** It has served. */
  | 'closed'
  /** By what it ran. */
  | 'VM_TIMEOUT'
  | 'VM_CPU'
  | 'VM_MEMORY'
  | 'VM_OUTPUT'
  | 'VM_PROTOCOL'
  | 'VM_CRASHED'
  | 'VM_CANCELLED';

export interface VmContext {
  readonly deadlines: VmDeadlines;
  /** Of the call that runs, or ran last. */
  readonly timeoutMs: number;
  /** Begun, that is: with the first, what is not trusted has run. */
  readonly calls: number;
  readonly because: VmDeath | null;
}

export type VmEvent =
  | { type: 'vm.created' }
  | { type: 'vm.called'; timeoutMs: number }
  /** It did what it was asked, or said why not, and may be asked again. */
  | { type: 'vm.answered' }
  | { type: 'vm.pinged' }
  | { type: 'vm.ponged' }
  | { type: 'vm.kill'; because: VmDeath }
  | { type: 'vm.exited'; because: VmDeath };

export type VmEmitted = { type: 'vm.died'; because: VmDeath; calls: number };

const ending = (because: VmDeath) => ({
  target: '#vm.draining',
  actions: { type: 'blame', params: { because } } as const,
});

/**
 * A guest, from its making to its death. `busy` runs what is not trusted or is being asked whether
 * it is still well; only from `idle` may it be called. What it dies of is what was known first.
 */
export const vmMachine = setup({
  types: {
    context: {} as VmContext,
    events: {} as VmEvent,
    emitted: {} as VmEmitted,
    input: {} as VmDeadlines,
    tags: {} as 'starting' | 'idle' | 'busy' | 'ending' | 'dead',
  },
  actions: {
    begin: assign(({ context: { calls } }, { timeoutMs }: { timeoutMs: number }) => ({
      timeoutMs,
      calls: calls + 1,
    })),
    blame: assign((_, { because }: { because: VmDeath }) => ({ because })),
    blameUnheard: assign(({ context: { calls } }) => ({ because: calls > 0 ? 'silent' : 'lost' })),
    tellDied: emit(({ context: { because, calls } }) => ({
      type: 'vm.died',
      because: because ?? 'lost',
      calls,
    })),
  },
  delays: {
    provisionMs: ({ context }) => context.deadlines.provisionMs,
    callMs: ({ context }) => context.timeoutMs,
    pingMs: ({ context }) => context.deadlines.pingMs,
    endMs: ({ context }) => context.deadlines.endMs,
  },
}).createMachine({
  id: 'vm',
  context: ({ input }) => ({ deadlines: input, timeoutMs: 0, calls: 0, because: null }),
  initial: 'alive',
  states: {
    alive: {
      initial: 'provisioning',
      on: {
        'vm.kill': {
          target: 'draining',
          actions: { type: 'blame', params: ({ event }) => event },
        },
        'vm.exited': { target: 'dead', actions: { type: 'blame', params: ({ event }) => event } },
      },
      states: {
        provisioning: {
          tags: 'starting',
          after: { provisionMs: ending('unavailable') },
          on: { 'vm.created': 'warm' },
        },
        warm: {
          tags: 'idle',
          on: {
            'vm.called': {
              target: 'running',
              actions: { type: 'begin', params: ({ event }) => event },
            },
            'vm.pinged': 'checking',
          },
        },
        running: {
          tags: 'busy',
          after: { callMs: ending('VM_TIMEOUT') },
          on: { 'vm.answered': 'checking' },
        },
        checking: {
          tags: 'busy',
          after: { pingMs: { target: '#vm.draining', actions: 'blameUnheard' } },
          on: { 'vm.ponged': 'warm' },
        },
      },
    },
    draining: {
      tags: 'ending',
      after: { endMs: 'dead' },
      on: { 'vm.exited': 'dead' },
    },
    dead: { type: 'final', tags: 'dead', entry: 'tellDied' },
  },
});
