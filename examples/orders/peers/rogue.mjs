/**
 * A peer that means harm. It has the same package as everybody; of a method that is the wire's own
 * it knows that no honest peer ever sends it words.
 */
import { once } from 'node:events';
import { askToUpgrade } from '../knock.mjs';
import { reach } from '../reach.mjs';
import { codeOf, obey, openPeer } from './process.mjs';

const FLOOD = 200;
const SCRAWLS_MAX = 30;

const { runtime, shopUrl, shopId } = await openPeer('rogue');
const { peers } = runtime;

const connect = () => peers.connect(shopUrl, { identity: shopId });

/** @param {string} method @param {unknown} [payload] */
const ask = async (method, payload) =>
  codeOf(connect().then((shop) => shop.request(method, payload)));

/** Opens a WebSocket as anybody on the network can, and speaks garbage. */
async function shout() {
  const call = askToUpgrade(Number(new URL(shopUrl).port)).end();
  const [, socket] = await once(call, 'upgrade');
  let heard = 0;
  socket.on('data', (/** @type {Buffer} */ { length }) => {
    heard += length;
  });
  socket.on('error', () => {});
  socket.write(Buffer.alloc(4_096, 'let me in '));
  await once(socket, 'close');
  return `${heard} bytes`;
}

obey(
  { id: peers.id },
  {
    shout,
    /** As anybody may. */
    behave: async () => codeOf((await reach(peers, shopUrl, shopId)).request('hours.get')),
    /** More at once than a peer may ask. */
    flood: async () => {
      const seen = await Promise.all(Array.from({ length: FLOOD }, () => ask('hours.get')));
      return seen.find((code) => code === 'RATE_LIMITED') ?? 'no limit';
    },
    /** What the method does not take, until it is not even looked at. */
    scrawl: async () => {
      let seen = 'PAYLOAD_INVALID';
      for (let sent = 0; sent < SCRAWLS_MAX && seen === 'PAYLOAD_INVALID'; sent += 1) {
        seen = await ask('price.get', { sku: sent });
      }
      return seen;
    },
    /** Under its seal: a proof is asked for with 32 bytes that nobody foresaw. */
    cheat: () => ask('holdfast.prove', 'who are you?'),
    comeBack: async () => {
      (await connect()).close();
      return codeOf(connect());
    },
  },
);
