import { emit, setup } from 'xstate';
import type { Stage } from '../../runtime/sim/stage.ts';

export type Job = { readonly type: 'job' | 'job.later' | 'job.ping'; readonly n: number };
export type Done = { readonly type: 'job.done'; readonly n: number };

/** So long a worker that is broken fails at every job. */
const BROKEN_MS = 4_000;

/** Does jobs, unless a site of its own fires: then it throws, at a job, in a timer or at start. */
export function workerLogic(at: Stage, path: string, onHandled: (n: number) => void) {
  let phase = -1;
  let isBroken = false;
  const mayThrow = (site: string): void => {
    if (at.buggify(`${path} ${site}`)) throw new Error(`${path} ${site}`);
  };
  const breakAtTimes = (): void => {
    const now = Math.floor(at.nowMs / BROKEN_MS);
    if (now !== phase) isBroken = at.buggify(`${path} is broken`);
    phase = now;
    if (isBroken) throw new Error(`${path} is broken`);
  };
  return setup({
    types: { events: {} as Job, emitted: {} as Done },
    actions: {
      throwAtStart: () => mayThrow('fails as it starts'),
      throwAtJob: () => {
        breakAtTimes();
        mayThrow('fails at a job');
      },
      throwLater: () => mayThrow('fails in a timer'),
      handle: (_, { n }: { n: number }) => onHandled(n),
      answer: emit((_, { n }: { n: number }) => ({ type: 'job.done', n })),
    },
  }).createMachine({
    id: 'worker',
    entry: 'throwAtStart',
    initial: 'idle',
    on: {
      job: {
        actions: [
          'throwAtJob',
          { type: 'handle', params: ({ event }) => event },
          { type: 'answer', params: ({ event }) => event },
        ],
      },
      'job.ping': {
        actions: [
          { type: 'handle', params: ({ event }) => event },
          { type: 'answer', params: ({ event }) => event },
        ],
      },
    },
    states: {
      idle: {
        on: {
          'job.later': {
            target: 'busy',
            actions: { type: 'handle', params: ({ event }) => event },
          },
        },
      },
      busy: { after: { 200: { target: 'idle', actions: 'throwLater' } } },
    },
  });
}
