/** How long it takes to be refused over loopback, for one reason and for another. */
import { randomBytes } from 'node:crypto';
import { largestDifference } from './welch.mjs';

/** @typedef {import('./welch.mjs').Difference} Difference */
/** @typedef {{ fromOpenMs: number, fromSealMs: number }} Took */

/** @param {string} path of the built package */
const load = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

const { drawKey, initiatorOf, responderOf } = await load('actors/peer/self.js');
const { credentialsOf } = await load('actors/peer/wire/handshake.js');
const { peerIdOf } = await load('actors/peer/wire/peer-id.js');
const { suites } = await load('actors/peer/wire/suites.js');
const { createRuntime } = await load('runtime/index.js');
const { network } = await load('runtime/world/network.js');
const { primitives } = await load('runtime/world/primitives.js');
const { Secret } = await load('storage/secret.js');

/** The first ones warm the code up. */
const WARM = 40;
/** Whoever is refused by a runtime waits for this: many do so at once. */
const HANDSHAKE_MS = 1_000;
const AT_ONCE = 20;
const SEALED = 5;

const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));

function somebody() {
  const identity = primitives.identityKey(Secret.of(random(32)));
  const credentials = credentialsOf(identity, drawKey(primitives, random));
  return { primitives, credentials, network: '', suites, random };
}

const banned = somebody();

/**
 * Dials as whoever is banned, with its own seal or a forged one.
 * @param {string} url
 * @param {boolean} isForged
 * @returns {Promise<Took>}
 */
function refused(url, isForged) {
  return new Promise((resolve, reject) => {
    const initiator = initiatorOf(banned, 'ws');
    const { signal } = new AbortController();
    let sealedMs = 0;
    const dialled = network.dial(url, { signal }, (/** @type {any} */ link) => {
      const openedMs = performance.now();
      const say = (/** @type {any} */ step) => {
        for (const message of step.send ?? []) {
          const isSeal = message[0] === SEALED;
          if (isSeal) message[40] ^= Number(isForged);
          if (isSeal) sealedMs = performance.now();
          link.send(message);
        }
      };
      queueMicrotask(() => say(initiator.begin()));
      return {
        onMessage: (/** @type {Uint8Array} */ message) => say(initiator.receive(message.slice())),
        onDrained() {},
        onEnd() {
          const nowMs = performance.now();
          if (sealedMs === 0) return reject(new Error('it ended before the seal was sent'));
          resolve({ fromOpenMs: nowMs - openedMs, fromSealMs: nowMs - sealedMs });
        },
      };
    });
    dialled.then((/** @type {{ outcome: string }} */ { outcome }) => {
      if (outcome !== 'opened') reject(new Error(`the dial was ${outcome}`));
    }, reject);
  });
}

/** One who drops whoever it refuses at once, as soon as it knows. */
async function hasty() {
  const self = somebody();
  const listener = await network.listen(
    { host: '127.0.0.1', port: 0, trustedProxies: [] },
    {
      onArrived: () => true,
      onLeft() {},
      onAsked: () => ({ admitted: true }),
      onOpened: (/** @type {unknown} */ _, /** @type {any} */ link) => {
        const responder = responderOf(self, 'ws');
        return {
          onMessage: (/** @type {Uint8Array} */ message) => {
            const step = responder.receive(message.slice());
            if (step.kind === 'refused' || step.kind === 'live') return link.drop();
            for (const each of step.send) link.send(each);
          },
          onDrained() {},
          onEnd() {},
        };
      },
    },
  );
  return { url: listener.url, atOnce: 1 };
}

async function ours() {
  const rt = await createRuntime({ timeouts: { handshakeMs: HANDSHAKE_MS } });
  const id = peerIdOf(banned.credentials.identity.publicKey);
  rt.peers.ban(id, { reason: 'measured', forMs: 3_600_000 });
  const { url } = await rt.peers.listen({ host: '127.0.0.1' });
  return { url, atOnce: AT_ONCE };
}

/**
 * @typedef {object} Refusing
 * @property {number} samples
 * @property {keyof Took} of
 * @property {() => Promise<{ url: string, atOnce: number }>} open
 */

/** @type {Readonly<Record<string, Refusing>>} */
export const hastyRefusals = {
  'refused at once: banned, or a forged seal': { samples: 3_000, of: 'fromSealMs', open: hasty },
};

/** @type {Readonly<Record<string, Refusing>>} */
export const ourRefusals = {
  'refused: banned, or a forged seal, from the seal on': {
    ...{ samples: 1_000, of: 'fromSealMs', open: ours },
  },
  'refused: banned, or a forged seal, from the upgrade on': {
    ...{ samples: 1_000, of: 'fromOpenMs', open: ours },
  },
};

/**
 * @param {Refusing} refusing
 * @param {number} share of the samples
 * @returns {Promise<Difference>}
 */
export async function measureRefusals({ samples, of, open }, share) {
  const { url, atOnce } = await open();
  /** @type {readonly [number[], number[]]} */
  const times = [[], []];
  for (let nth = -WARM; nth < samples * share; nth += atOnce) {
    const forged = Array.from(random(atOnce), (byte) => byte % 2 === 0);
    const took = await Promise.all(forged.map((is) => refused(url, is)));
    if (nth < 0) continue;
    for (const [at, each] of took.entries()) times[forged[at] ? 0 : 1].push(each[of] * 1e6);
  }
  return largestDifference(...times);
}
