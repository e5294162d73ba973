/**
 * Many peers in one process, which does what its parent says:
 *
 *     fork('crowd-dialler.mjs', [url, first address, how many, honest | hostile])
 *
 * `{ do: 'connect' }` is answered by `{ live }`, how many are; `{ do: 'load', ms, everyMs }` by
 * `{ latenciesMs, lost }`; `{ do: 'attack' }`, `{ do: 'rest' }` and `{ do: 'leave' }` by `{}`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { attacks } from './crowd-attacks.mjs';
import { anybody, CrowdPeer } from './crowd-peer.mjs';

const [url = '', first = '0', count = '0', kind = ''] = process.argv.slice(2);
const DIALS_MAX = 8;

/** Each of a /24 of its own. */
const addressOf = (/** @type {number} */ nth) => {
  const number = Number(first) + nth;
  return `127.${1 + (number >> 8)}.${number & 255}.1`;
};

/** @type {CrowdPeer[]} */
const peers = [];
/** @type {(() => void)[]} */
let stops = [];

/** @param {number} nth */
async function join(nth) {
  for (let tries = 0; tries < 120; tries++) {
    const peer = new CrowdPeer(url, addressOf(nth), anybody());
    if (await peer.settled()) return void peers.push(peer);
    await sleep(500);
  }
}

async function connect() {
  const todo = Array.from({ length: Number(count) }, (_, nth) => nth);
  const dial = async () => {
    for (let nth = todo.shift(); nth !== undefined; nth = todo.shift()) await join(nth);
  };
  await Promise.all(Array.from({ length: DIALS_MAX }, dial));
  return { live: peers.filter(({ isLive }) => isLive).length };
}

/**
 * Asks, one peer after the other, at a steady pace, whatever has become of what was asked before.
 *
 * @param {{ ms: number, everyMs: number }} options
 */
async function load({ ms, everyMs }) {
  /** @type {number[]} */
  const latenciesMs = [];
  for (const peer of peers) peer.onAnswered = (tookMs) => void latenciesMs.push(tookMs);
  const startMs = performance.now();
  let asked = 0;
  while (performance.now() - startMs < ms) {
    for (; asked < (performance.now() - startMs) / everyMs; asked++) {
      const peer = peers[asked % peers.length];
      if (peer?.isLive) peer.ask('echo');
    }
    await sleep(Math.min(everyMs, 10));
  }
  for (let waits = 0; waits < 100 && peers.some(({ waiting }) => waiting > 0); waits++) {
    await sleep(100);
  }
  return { latenciesMs, lost: asked - latenciesMs.length };
}

function attack() {
  stops = Array.from({ length: Number(count) }, (_, nth) => {
    const [begin = () => () => {}] = attacks.slice(nth % attacks.length);
    return begin(url, addressOf(nth));
  });
  return {};
}

function rest() {
  for (const stop of stops.splice(0)) stop();
  return {};
}

function leave() {
  rest();
  for (const peer of peers) peer.drop();
  setTimeout(() => process.exit(0), 100);
  return {};
}

process.on('message', async (/** @type {{ do: string, ms: number, everyMs: number }} */ order) => {
  const acts = { connect, attack, rest, leave, load: () => load(order) };
  const act = Reflect.get(acts, order.do);
  process.send?.(await act());
});
process.on('disconnect', () => process.exit(0));
process.send?.({ is: kind });
