/**
 * How many times 64 KiB a second come through one connection, one way, from one process to another
 * on loopback? Raw ws seals nothing: it is the most that can be had. All run on the newest Node.
 */
import { modernNode, perSecond, twoProcesses } from './two-processes.mjs';

const ORDER = /** @type {const} */ ({ work: 'bulk', count: 500, inFlight: 1 });
const TURNS = 6;

/**
 * @param {string} carrier
 * @param {string} [execPath]
 * @returns {import('./sample.mjs').Contender}
 */
const between = (carrier, execPath) => async (turn) => {
  const pair = await twoProcesses(carrier, execPath);
  const chunksPerSecond = await perSecond(pair, ORDER, TURNS, turn);
  pair.end();
  return { mibPerSecond: chunksPerSecond / 16 };
};

const node = modernNode();
if (node === undefined) {
  console.error('without js-libp2p: it needs Node 22, and `npx -p node@24 node` is not to be had');
}

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'MiB/s',
  rounds: 3,
  contenders: {
    ws: between('ws', node),
    holdfast: between('holdfast', node),
    ...(node === undefined ? {} : { libp2p: between('libp2p', node) }),
  },
  rivals: { libp2p: 'libp2p' },
  comparisons: [
    { variant: '64 KiB', of: 'holdfast', ratioMin: 2 },
    { variant: 'raw ws, nothing sealed', of: 'ws' },
  ].map((comparison) => ({
    ...comparison,
    reading: 'mibPerSecond',
    beside: 'libp2p',
    baseline: 'js-libp2p noise+yamux over ws',
  })),
};
