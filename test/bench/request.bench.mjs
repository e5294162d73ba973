/**
 * How many requests of 1 KiB a second are answered with as much, over one connection between two
 * processes on loopback, with 64 in flight and with one?
 */
import { modernNode, perSecond, twoProcesses } from './two-processes.mjs';

const MANY = /** @type {const} */ ({ work: 'request', count: 8_000, inFlight: 64 });
const ONE = /** @type {const} */ ({ work: 'request', count: 2_000, inFlight: 1 });
const TURNS = 5;

/**
 * @param {string} carrier
 * @param {string} [execPath]
 * @returns {import('./sample.mjs').Contender}
 */
const between = (carrier, execPath) => async (turn) => {
  const pair = await twoProcesses(carrier, execPath);
  const many = await perSecond(pair, MANY, TURNS, turn);
  const one = await perSecond(pair, ONE, TURNS, turn);
  pair.end();
  return { many, one };
};

const node = modernNode();
if (node === undefined) {
  console.error('without js-libp2p: it needs Node 22, and `npx -p node@24 node` is not to be had');
}

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'requests/s',
  rounds: 3,
  contenders: {
    ws: between('ws'),
    holdfast: between('holdfast'),
    ...(node === undefined ? {} : { libp2p: between('libp2p', node) }),
  },
  rivals: { libp2p: 'libp2p' },
  comparisons: /** @type {const} */ ([
    ['64 in flight', 'many', 1],
    ['1 in flight', 'one', 0.35],
  ]).flatMap(([variant, reading, ratioMin]) => {
    const beside = { reading, beside: 'ws', baseline: 'raw ws echo' };
    return [
      { ...beside, variant, of: 'holdfast', ratioMin },
      { ...beside, variant: `js-libp2p's bytes echoed, ${variant}`, of: 'libp2p' },
    ];
  }),
};
