import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assign, fromCallback, sendTo, setup } from 'xstate';

/** @typedef {import('./upstream.mjs').Mood} Mood */
/** @typedef {{ type: 'upstream.turn', mood: Mood }} Turn */
/** @typedef {{ type: 'process.listening', url: string, pid: number }} Listening */
/** @typedef {{ type: 'process.exited', how: string }} Exited */
/** @typedef {{ type: 'actor.drain', deadlineMs: number }} Drain */

const file = fileURLToPath(new URL('upstream.mjs', import.meta.url));

/** Runs the process for as long as it is invoked; not a moment longer. */
const upstreamProcess = fromCallback(({ sendBack, receive }) => {
  const child = fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('message', (/** @type {{ port: number }} */ { port }) => {
    sendBack({ type: 'process.listening', url: `http://127.0.0.1:${port}`, pid: child.pid });
  });
  child.on('error', (error) => sendBack({ type: 'process.exited', how: error.message }));
  child.on('exit', (code, signal) => {
    sendBack({ type: 'process.exited', how: signal ?? `exit code ${code}` });
  });
  receive((/** @type {Turn | { type: 'process.end' }} */ event) => {
    if (event.type === 'process.end') child.kill('SIGTERM');
    else if (child.connected) child.send({ mood: event.mood });
  });
  return () => {
    child.kill('SIGKILL');
  };
});

/** The upstream as an actor: it fails when its process ends, so that it is brought back. */
export const upstreamMachine = setup({
  types: {
    context: /** @type {{ url: string | undefined, pid: number | undefined }} */ ({}),
    events: /** @type {Turn | Listening | Exited | Drain} */ ({}),
  },
  actors: { upstreamProcess },
  actions: {
    rememberAddress: assign((_, /** @type {{ url: string, pid: number }} */ address) => address),
    forgetAddress: assign({ url: undefined, pid: undefined }),
    passOn: sendTo('process', (_, /** @type {Turn} */ turn) => turn),
    endProcess: sendTo('process', { type: 'process.end' }),
    fail: (_, /** @type {{ because: string }} */ { because }) => {
      throw new Error(because);
    },
  },
  delays: { startMs: 5_000 },
}).createMachine({
  id: 'upstream',
  context: { url: undefined, pid: undefined },
  invoke: { id: 'process', src: 'upstreamProcess' },
  initial: 'starting',
  on: {
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
        'process.listening': {
          target: 'serving',
          actions: { type: 'rememberAddress', params: ({ event: { url, pid } }) => ({ url, pid }) },
        },
      },
      after: {
        startMs: { actions: { type: 'fail', params: { because: 'the process does not listen' } } },
      },
    },
    serving: {
      on: { 'upstream.turn': { actions: { type: 'passOn', params: ({ event }) => event } } },
    },
    closing: {
      entry: ['forgetAddress', 'endProcess'],
      on: { 'process.exited': { target: 'closed' }, 'actor.drain': {} },
    },
    closed: { type: 'final' },
  },
});
