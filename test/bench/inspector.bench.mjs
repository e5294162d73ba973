/**
 * What does an inspector cost, installed while nobody watches, and with one viewer that reads all
 * it is told? Counted is the CPU time of an event that moves its actor, told from outside to a
 * hundred actors in turn; of an actor that is started under a supervisor and stopped again; and of
 * a viewer that comes while nobody else watches 1,001 actors, until it was told of all of them.
 *
 * The parts are those of the package, without its listener: no HTTP is measured.
 */
import { pathToFileURL } from 'node:url';

const ACTORS = 100;
const EVENTS = 5;
const ROUNDS = 60;
const STARTS = 2_000;
const SLICES = 9;
const SHOWN = 1_001;
const SHOWN_MS_MAX = 100;

/** @typedef {'bare' | 'recorded' | 'watched'} How */

/** @param {string} path below the built package */
const load = (path) => import(pathToFileURL(`${root}${path}`).href);
const root = new URL('../../dist/runtime/', import.meta.url).pathname;

/**
 * A house, and how somebody comes to watch it.
 * @param {boolean} isRecorded
 */
async function house(isRecorded) {
  const { Kernel } = await load('kernel/kernel.js');
  const { nodeWorld } = await load('world/node.js');
  const { runtimeOptions } = await load('options/runtime.js');
  const { supervisorOptions } = await load('options/supervisor.js');
  const { Supervisor } = await load('supervisor.js');
  const { Recorder } = await load('inspector/recorder.js');
  const { openWatch } = await load('inspector/stream.js');
  const options = runtimeOptions.parse({});
  const world = nodeWorld(options.vm);
  const kernel = new Kernel(world, options, supervisorOptions.parse({}), () => {});
  const hall = new Supervisor(kernel.root).supervisor('hall');
  const recorder = isRecorded ? new Recorder(kernel) : undefined;
  const random = world.random.stream('inspector');
  const open = () =>
    openWatch({ name: 'bench', kernel, random }, recorder, () => ({})).open({ commands: [] });
  return { hall, open };
}

const loop = () => new Promise((resolve) => setImmediate(resolve));

/**
 * The least of several slices, in nanoseconds each.
 * @param {() => Promise<unknown>} turn
 * @param {number} count
 * @param {() => Promise<void>} work
 */
async function least(turn, count, work) {
  await work();
  let nanoseconds = Number.POSITIVE_INFINITY;
  for (let slice = 0; slice < SLICES; slice++) {
    await turn();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    nanoseconds = Math.min(nanoseconds, ((user + system) * 1_000) / count);
  }
  return nanoseconds;
}

async function toggling() {
  const { setup } = await import('xstate');
  return setup({}).createMachine({
    id: 'toggle',
    initial: 'off',
    states: { off: { on: { flip: 'on' } }, on: { on: { flip: 'off' } } },
  });
}

/** @type {import('./sample.mjs').Contender} */
async function attached(turn) {
  const toggle = await toggling();
  const { hall, open } = await house(true);
  for (let nth = 2; nth < SHOWN; nth++) hall.start(`worker-${nth}`, toggle);
  const attachNs = await least(turn, 1, async () => {
    const viewer = open();
    while (viewer.take() !== undefined);
    viewer.close();
  });
  return { attachNs };
}

/**
 * @param {How} how
 * @returns {import('./sample.mjs').Contender}
 */
const contender = (how) => async (turn) => {
  const toggle = await toggling();
  const { hall, open } = await house(how !== 'bare');
  if (how === 'watched') {
    const viewer = open();
    viewer.onReady(() => {
      while (viewer.take() !== undefined);
    });
  }
  const actors = Array.from({ length: ACTORS }, (_, nth) => hall.start(`actor-${nth}`, toggle));
  const eventNs = await least(turn, ROUNDS * ACTORS * EVENTS, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const actor of actors) {
        for (let event = 0; event < EVENTS; event++) actor.tell({ type: 'flip' });
      }
      await loop();
    }
  });
  const startNs = await least(turn, STARTS, async () => {
    for (let nth = 0; nth < STARTS; nth++) await hall.start('guest', toggle).stop();
  });
  return { eventNs, startNs };
};

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'CPU ns',
  rounds: 5,
  contenders: {
    bare: contender('bare'),
    recorded: contender('recorded'),
    watched: contender('watched'),
    attached,
    promised: async () => ({ attachNs: SHOWN_MS_MAX * 1e6 }),
  },
  rivals: {},
  comparisons: [
    {
      variant: 'unwatched: an event that moves an actor',
      reading: 'eventNs',
      of: 'recorded',
      beside: 'bare',
      baseline: 'without an inspector',
      ratioMax: 1.02,
    },
    {
      variant: 'unwatched: an actor started and stopped',
      reading: 'startNs',
      of: 'recorded',
      beside: 'bare',
      baseline: 'without an inspector',
    },
    {
      variant: 'watched: an event that moves an actor',
      reading: 'eventNs',
      of: 'watched',
      beside: 'bare',
      baseline: 'without an inspector',
    },
    {
      variant: 'a viewer comes, and is told of 1,001 actors',
      reading: 'attachNs',
      of: 'attached',
      beside: 'promised',
      baseline: 'what we promise',
      ratioMax: 1,
    },
  ],
};
