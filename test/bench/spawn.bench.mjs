/**
 * What does it cost to start 1,000, 10,000 and 100,000 supervised children at once, and to stop
 * them, beside the same children of bare XState, which nobody restarts? Does it grow linearly?
 *
 * Counted is the CPU time of a process that did nothing before, its garbage collector included.
 */
import { createActor, setup } from 'xstate';
import { loadHoldfast } from './holdfast.mjs';

const CHILDREN_PER_TURN = 1_000;

/** @typedef {{ spawn(from: number, to: number): void, stopAll(): unknown }} Family */

const child = setup({}).createMachine({
  initial: 'off',
  states: { off: { on: { toggle: 'on' } }, on: { on: { toggle: 'off' } } },
});

/** @returns {Promise<Family>} */
async function holdfast() {
  const { createRuntime } = await loadHoldfast();
  const supervisor = (await createRuntime()).supervisor('parent');
  /** @type {unknown[]} */
  const children = [];
  return {
    spawn(from, to) {
      for (let i = from; i < to; i++) children.push(supervisor.start(`child-${i}`, child));
    },
    stopAll: () => supervisor.stop(),
  };
}

/** @returns {Promise<Family>} */
async function bare() {
  const parent = createActor(setup({}).createMachine({})).start();
  /** @type {import('xstate').ActorRefFrom<typeof child>[]} */
  const children = [];
  return {
    spawn(from, to) {
      for (let i = from; i < to; i++) {
        children.push(createActor(child, { parent, id: `child-${i}` }).start());
      }
    },
    // The parent knows nothing of children that no transition of its own spawned.
    stopAll() {
      for (const ref of children) ref.send({ type: 'xstate.stop' });
    },
  };
}

/**
 * @typedef {object} Nact the part of it that is used here
 * @property {() => object} start
 * @property {(parent: object, serve: () => void, name: string) => object} spawnStateless
 * @property {(parent: object, serve: (state: boolean) => boolean, name: string,
 *   options: { initialState: boolean }) => object} spawn
 * @property {(ref: object) => void} stop
 */

/** @returns {Promise<Family>} */
async function nact() {
  // The compiler does not look for a name that is only known later: it may not be installed.
  const name = 'nact';
  /** @type {{ default: Nact }} */
  const { default: rival } = await import(name);
  const parent = rival.spawnStateless(rival.start(), () => {}, 'parent');
  /** @type {unknown[]} */
  const children = [];
  return {
    spawn(from, to) {
      for (let i = from; i < to; i++) {
        const options = { initialState: false };
        children.push(rival.spawn(parent, (isOn) => !isOn, `child-${i}`, options));
      }
    },
    stopAll: () => rival.stop(parent),
  };
}

/**
 * @param {() => Promise<Family>} found
 * @param {number} count
 * @returns {import('./sample.mjs').Contender}
 */
const taker = (found, count) => async (turn) => {
  const family = await found();
  const spawnMs = await cpuMs(async () => {
    for (let from = 0; from < count; from += CHILDREN_PER_TURN) {
      family.spawn(from, from + CHILDREN_PER_TURN);
      await turn();
    }
  });
  const stopMs = await cpuMs(() => family.stopAll());
  return { spawnMs, stopMs };
};

/** @param {() => unknown} work */
async function cpuMs(work) {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const baseline = 'bare createActor({ parent })';

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'CPU ms',
  rounds: 3,
  contenders: {
    'holdfast 1k': taker(holdfast, 1_000),
    'bare 1k': taker(bare, 1_000),
    'holdfast 10k': taker(holdfast, 10_000),
    'bare 10k': taker(bare, 10_000),
    'holdfast 100k': taker(holdfast, 100_000),
    'bare 100k': taker(bare, 100_000),
    'nact 100k': taker(nact, 100_000),
  },
  rivals: { 'nact 100k': 'nact' },
  comparisons: [
    ...['1k', '10k', '100k'].map((count) => ({
      variant: `${count} supervised`,
      reading: 'spawnMs',
      of: `holdfast ${count}`,
      beside: `bare ${count}`,
      baseline,
      ...(count === '100k' ? { ratioMax: 1.3 } : {}),
    })),
    {
      variant: '100k supervised, linear',
      reading: 'spawnMs',
      of: 'holdfast 100k',
      beside: 'holdfast 10k',
      baseline: '10k supervised',
      ratioMax: 12,
    },
    {
      variant: '100k nact',
      reading: 'spawnMs',
      of: 'nact 100k',
      beside: 'bare 100k',
      baseline,
    },
    {
      variant: '100k supervised, stop of all',
      reading: 'stopMs',
      of: 'holdfast 100k',
      beside: 'bare 100k',
      baseline,
    },
  ],
};
