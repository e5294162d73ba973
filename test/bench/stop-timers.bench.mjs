/**
 * What does it cost to stop one actor while 50,000 timers of other actors are pending, beside the
 * same while 100 are? Bare XState looks through all of them, at every stop.
 *
 * Counted is the time until a stop has ended, turns of the event loop included, of which a tenth of
 * the stops stays below: whatever else the machine does only adds to it.
 */
import { createActor, setup } from 'xstate';
import { loadHoldfast } from './holdfast.mjs';

/** Until the compiler is done with it: before that a stop costs three times as much. */
const WARM_UP_STOPS = 3_000;
const TURNS = 20;
const STOPS_PER_TURN_MAX = 100;
const TURN_MS_MAX = 50;
const HOUR_MS = 3_600_000;

/** @typedef {(id: number) => () => unknown} Start starts an actor and returns what stops it */

let naps = 0;
/** No two are alike: Node keeps equal delays in one list, and the lists in a queue. */
const nap = () => HOUR_MS + ((naps++ * 7_919) % 1_000_003);

const sleeper = setup({ delays: { nap } }).createMachine({
  initial: 'asleep',
  states: { asleep: { after: { nap: 'awake' } }, awake: {} },
});

/** @returns {Promise<Start>} */
async function holdfast() {
  const { createRuntime } = await loadHoldfast();
  const supervisor = (await createRuntime()).supervisor('sleepers');
  return (id) => {
    const handle = supervisor.start(`sleeper-${id}`, sleeper);
    return () => handle.stop();
  };
}

/** @returns {Promise<Start>} */
async function bare() {
  const parent = createActor(setup({}).createMachine({})).start();
  return (id) => {
    const ref = createActor(sleeper, { parent, id: `sleeper-${id}` }).start();
    return () => ref.send({ type: 'xstate.stop' });
  };
}

/**
 * @param {() => Promise<Start>} found
 * @param {number} pending
 * @returns {import('./sample.mjs').Contender}
 */
const taker = (found, pending) => async (turn) => {
  const start = await found();
  let id = 0;
  for (; id < WARM_UP_STOPS; id++) await start(id)();
  for (const last = id + pending; id < last; id++) start(id);
  globalThis.gc?.();
  const stopsUs = [];
  for (let turns = 0; turns < TURNS; turns++) {
    await turn();
    const endAtMs = performance.now() + TURN_MS_MAX;
    for (let stops = 0; stops < STOPS_PER_TURN_MAX && performance.now() < endAtMs; stops++) {
      const stop = start(id++);
      const beganAtMs = performance.now();
      await stop();
      stopsUs.push((performance.now() - beganAtMs) * 1000);
    }
  }
  stopsUs.sort((a, b) => a - b);
  return { stopUs: stopsUs[Math.floor(stopsUs.length / 10)] ?? NaN };
};

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'us',
  rounds: 3,
  contenders: {
    'holdfast 50k': taker(holdfast, 50_000),
    'holdfast 100': taker(holdfast, 100),
    'bare 50k': taker(bare, 50_000),
    'bare 100': taker(bare, 100),
  },
  rivals: {},
  comparisons: [
    {
      variant: 'one stop beside 50k pending timers',
      reading: 'stopUs',
      of: 'holdfast 50k',
      beside: 'holdfast 100',
      baseline: 'same beside 100',
      ratioMax: 2,
    },
    {
      variant: 'the same of bare XState',
      reading: 'stopUs',
      of: 'bare 50k',
      beside: 'bare 100',
      baseline: 'same beside 100',
    },
  ],
};
