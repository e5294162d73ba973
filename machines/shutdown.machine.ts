import { assign, fromCallback, setup } from 'xstate';
import { unbound } from './unbound.ts';

export interface ShutdownContext {
  /** For the whole shutdown. */
  readonly deadlineMs: number;
}

export type ShutdownEvent =
  | { type: 'shutdown.begin'; deadlineMs: number }
  | { type: 'shutdown.abandon' }
  | { type: 'phase.completed' };

/**
 * From running to stopped in phases, each of which tells when it is done. Draining may take half of
 * the deadline; when the whole of it is over, whoever is left is abandoned.
 */
export const shutdownMachine = setup({
  types: {
    context: {} as ShutdownContext,
    events: {} as ShutdownEvent,
    tags: {} as 'accepting' | 'closing' | 'closed',
  },
  actors: {
    /** Takes nothing new in. */
    closing: fromCallback<ShutdownEvent>(unbound('closing')),
    /** Works off what was accepted. */
    draining: fromCallback<ShutdownEvent>(unbound('draining')),
    /** Writes down what must outlive the process. */
    persisting: fromCallback<ShutdownEvent>(unbound('persisting')),
    /** Stops everybody, in reverse start order. */
    stopping: fromCallback<ShutdownEvent>(unbound('stopping')),
    /** Stops whoever is left, at once. */
    abandoning: fromCallback<ShutdownEvent>(unbound('abandoning')),
  },
  actions: {
    setDeadline: assign({
      deadlineMs: ({ context, event }) =>
        event.type === 'shutdown.begin' ? event.deadlineMs : context.deadlineMs,
    }),
  },
  delays: {
    deadlineMs: ({ context }) => context.deadlineMs,
    drainMs: ({ context }) => context.deadlineMs / 2,
  },
}).createMachine({
  id: 'shutdown',
  context: { deadlineMs: 0 },
  initial: 'running',
  on: { 'shutdown.abandon': '.abandoning' },
  states: {
    running: {
      tags: 'accepting',
      on: { 'shutdown.begin': { target: 'inPhases', actions: 'setDeadline' } },
    },
    inPhases: {
      tags: 'closing',
      after: { deadlineMs: 'abandoning' },
      initial: 'closing',
      onDone: 'stopped',
      states: {
        closing: {
          invoke: { src: 'closing' },
          on: { 'phase.completed': 'draining' },
        },
        draining: {
          invoke: { src: 'draining' },
          on: { 'phase.completed': 'persisting' },
          after: { drainMs: 'persisting' },
        },
        persisting: {
          invoke: { src: 'persisting' },
          on: { 'phase.completed': 'stopping' },
        },
        stopping: {
          invoke: { src: 'stopping' },
          on: { 'phase.completed': 'finished' },
        },
        finished: { type: 'final' },
      },
    },
    abandoning: {
      tags: 'closing',
      invoke: { src: 'abandoning' },
      on: { 'phase.completed': 'stopped', 'shutdown.abandon': {} },
    },
    stopped: { tags: 'closed', type: 'final' },
  },
});
