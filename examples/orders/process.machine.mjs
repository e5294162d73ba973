import { fork } from 'node:child_process';
import { assign, emit, fromCallback, sendTo, setup } from 'xstate';

/**
 * What it runs; the command that it is started by, if that is not Node alone; who hears of the
 * facts that it tells.
 * @typedef {object} Input
 * @property {string} file
 * @property {readonly string[]} args
 * @property {readonly string[] | undefined} [through]
 * @property {((fact: import('holdfast').Fact) => void) | undefined} [onFact]
 */
/**
 * Where it listens, who it is as a peer, and where it says how it is.
 * @typedef {object} Ready
 * @property {number | undefined} [port]
 * @property {string | undefined} [id]
 * @property {string | undefined} [diagnosticsUrl]
 */
/** @typedef {{ fact: import('holdfast').Fact }} Told */
/** @typedef {{ saw: string, correlationId: string | undefined }} Said */
/** @typedef {{ type: 'process.tell', message: object, correlationId?: string }} Tell */
/** @typedef {{ type: 'process.ready', ready: Ready }} IsReady */
/** @typedef {{ type: 'process.exited', how: string }} Exited */
/** @typedef {{ type: 'process.started', pid: number | undefined }} Started */
/** @typedef {{ type: 'actor.drain', deadlineMs: number }} Drain */
/** @typedef {Started | IsReady | (Said & { type: 'process.said' }) | Exited} Seen */

/** Runs the process for as long as it is invoked; not a moment longer. */
const childProcess = fromCallback(
  /** @param {{ input: Input, sendBack: (event: Seen) => void, receive: Function }} args */
  ({ input: { file, args, through = [process.execPath], onFact }, sendBack, receive }) => {
    const [execPath, ...execArgv] = through;
    const child = fork(file, args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      ...{ execPath, execArgv },
    });
    sendBack({ type: 'process.started', pid: child.pid });
    child.on('message', (/** @type {{ ready: Ready } | Told | Said} */ message) => {
      if ('fact' in message) onFact?.(message.fact);
      else if ('ready' in message) sendBack({ type: 'process.ready', ready: message.ready });
      else sendBack({ ...message, type: 'process.said' });
    });
    child.on('error', (error) => sendBack({ type: 'process.exited', how: error.message }));
    child.on('exit', (code, signal) => {
      sendBack({ type: 'process.exited', how: signal ?? `exit code ${code}` });
    });
    receive((/** @type {Tell | { type: 'process.end' }} */ event) => {
      if (event.type === 'process.end') child.kill('SIGTERM');
      else if (child.connected)
        child.send({ ...event.message, correlationId: event.correlationId });
    });
    return () => {
      child.kill('SIGKILL');
    };
  },
);

/** A process as an actor: it fails when its process ends, so that it is brought back. */
export const processMachine = setup({
  types: {
    context: /** @type {{ input: Input, pid: number | undefined } & Ready} */ ({}),
    events: /** @type {Tell | Seen | Drain} */ ({}),
    emitted: /** @type {Said & { type: 'process.said' }} */ ({}),
    input: /** @type {Input} */ ({}),
  },
  actors: { childProcess },
  actions: {
    rememberPid: assign((_, /** @type {{ pid: number | undefined }} */ { pid }) => ({ pid })),
    rememberAddress: assign((_, /** @type {Ready} */ { port, id, diagnosticsUrl }) => {
      return { port, id, diagnosticsUrl };
    }),
    forgetAddress: assign({ port: undefined, pid: undefined }),
    passOn: sendTo('process', (_, /** @type {Tell} */ told) => told),
    endProcess: sendTo('process', { type: 'process.end' }),
    say: emit((_, /** @type {Said} */ { saw, correlationId }) => ({
      type: 'process.said',
      saw,
      correlationId,
    })),
    fail: (_, /** @type {{ because: string }} */ { because }) => {
      throw new Error(because);
    },
  },
  delays: { startMs: 60_000 },
}).createMachine({
  id: 'process',
  context: ({ input }) => ({ input, pid: undefined }),
  invoke: { id: 'process', src: 'childProcess', input: ({ context }) => context.input },
  initial: 'starting',
  on: {
    'process.started': { actions: { type: 'rememberPid', params: ({ event }) => event } },
    'process.exited': {
      actions: {
        type: 'fail',
        params: ({ event }) => ({ because: `the process ended by ${event.how}` }),
      },
    },
    'actor.drain': { target: '.closing' },
  },
  states: {
    starting: {
      on: {
        'process.ready': {
          target: 'serving',
          actions: { type: 'rememberAddress', params: ({ event }) => event.ready },
        },
      },
      after: {
        startMs: { actions: { type: 'fail', params: { because: 'the process does not listen' } } },
      },
    },
    serving: {
      on: {
        'process.tell': { actions: { type: 'passOn', params: ({ event }) => event } },
        'process.said': { actions: { type: 'say', params: ({ event }) => event } },
      },
    },
    closing: {
      entry: ['forgetAddress', 'endProcess'],
      on: { 'process.exited': { target: 'closed' }, 'process.said': {}, 'actor.drain': {} },
    },
    closed: { type: 'final' },
  },
});
