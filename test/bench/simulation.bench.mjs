/**
 * How many events does a simulated runtime handle in a second of CPU time, with all that comes with
 * it: supervision, mailboxes, restarts, breakers, the log in memory, the trace, coverage, an
 * invariant after each step?
 *
 * The workload: eight workers under two supervisors. Every 10 ms of virtual time each is told five
 * jobs, moves between two states at each, and arms a timer that the next job disarms. One job in 16
 * calls a backend through a breaker; a worker throws at one in 500, and is restarted. The clock
 * jumps, and stands still, once. Counted are the jobs that were handled.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { loadHoldfast } from './holdfast.mjs';

const WORKERS = 8;
const JOBS = 5;
const STEP_MS = 10;
const HORIZON_MS = 10_000;
const RUNS = 3;

/** @param {string} specifier as a user of the package writes it */
async function load(specifier) {
  const require = createRequire(new URL('../../package.json', import.meta.url));
  return await import(pathToFileURL(require.resolve(specifier)).href);
}

/**
 * @param {() => void} onJob
 * @param {import('../../runtime/sim/stage.ts').Stage} at
 * @param {typeof import('xstate')} xstate
 */
function workerLogic(onJob, at, { setup }) {
  const { draw } = at.random('worker');
  return setup({
    actions: {
      work: () => {
        onJob();
        if (draw() < 1 / 500) throw new Error('it throws');
      },
    },
  }).createMachine({
    id: 'worker',
    initial: 'even',
    states: {
      even: { after: { 1000: 'odd' }, on: { job: { target: 'odd', actions: 'work' } } },
      odd: { after: { 1000: 'even' }, on: { job: { target: 'even', actions: 'work' } } },
    },
  });
}

/**
 * @typedef {{ rt: import('../../runtime/index.ts').Runtime,
 *   workers: { tell(event: object): unknown }[] }} State
 */

/** @type {import('./sample.mjs').Contender} */
async function simulation(turn) {
  const { createRuntime } = await loadHoldfast();
  const { simulate } = await load('holdfast/sim');
  const xstate = await load('xstate');
  let jobs = 0;
  const run = (/** @type {number} */ seed) =>
    simulate({
      seed,
      horizonMs: HORIZON_MS,
      faults: [
        { kind: 'clock.jump', atMs: 2_000, byMs: 3_600_000 },
        { kind: 'clock.pause', atMs: 5_000, forMs: 500 },
      ],
      start: async (/** @type {import('../../runtime/sim/stage.ts').Stage} */ at) => {
        const rt = await createRuntime({ world: at.world });
        const backoff = { minMs: 1, maxMs: 10, factor: 2 };
        const nodes = ['left', 'right'].map((id) => rt.supervisor(id));
        const workers = Array.from({ length: WORKERS }, (_, index) =>
          nodes[index % 2]?.start(
            `worker-${index}`,
            workerLogic(() => jobs++, at, xstate),
            { backoff, restartsMax: 10_000 },
          ),
        );
        return { rt, workers };
      },
      workload: async (
        /** @type {import('../../runtime/sim/stage.ts').Stage} */ at,
        /** @type {State} */ state,
      ) => {
        const breaker = state.rt.breaker('backend');
        for (let step = 0; at.nowMs < HORIZON_MS; step++) {
          for (const worker of state.workers) {
            for (let job = 0; job < JOBS; job++) {
              worker.tell({ type: 'job' });
              if ((step + job) % 16 === 0) await breaker.tryExecute(() => at.wait(1));
            }
          }
          await at.wait(STEP_MS);
        }
      },
      invariants: [
        {
          name: 'all workers are there',
          always: (/** @type {{ workers: unknown[] }} */ { workers }) =>
            workers.length === WORKERS ? undefined : 'one is missing',
        },
      ],
    });
  await run(0);
  let perCpuMs = 0;
  for (let seed = 1; seed <= RUNS; seed++) {
    await turn();
    globalThis.gc?.();
    jobs = 0;
    const before = process.cpuUsage();
    const { violations } = await run(seed);
    const { user, system } = process.cpuUsage(before);
    if (violations.length > 0) throw new Error(violations[0].detail);
    perCpuMs = Math.max(perCpuMs, jobs / ((user + system) / 1_000));
  }
  return { perCpuMs };
}

/** @type {import('./sample.mjs').Contender} */
const bar = async () => ({ perCpuMs: 30 });

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'k events/CPU s',
  rounds: 3,
  contenders: { simulation, bar },
  rivals: {},
  comparisons: [
    {
      variant: 'full stack, eight workers',
      reading: 'perCpuMs',
      of: 'simulation',
      beside: 'bar',
      baseline: 'what we promise',
      ratioMin: 1,
    },
  ],
};
