/**
 * What does a handshake cost the processor, from hello to both seals, in the hybrid suite and in
 * the classical one; and what a rotation, by which a connection that is there has new keys? Both
 * ends are in this process; the responder's part is also counted alone, for that is what a stranger
 * can have a listener do.
 */
import { randomBytes } from 'node:crypto';
import { drawKey, initiatorOf, responderOf } from '../../dist/actors/peer/self.js';
import { credentialsOf } from '../../dist/actors/peer/wire/handshake.js';
import { answer, Offer } from '../../dist/actors/peer/wire/rotation.js';
import { suites } from '../../dist/actors/peer/wire/suites.js';
import { primitives } from '../../dist/runtime/world/primitives.js';
import { Secret } from '../../dist/storage/secret.js';

const WARM_UP = 300;
const HANDSHAKES = 1_500;

const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));

/** @typedef {import('../../dist/actors/peer/wire/handshake.js').Step} Step */

/** @param {number} number of the suite that both accept */
function somebody(number) {
  const identity = primitives.identityKey(Secret.of(random(32)));
  const credentials = credentialsOf(identity, drawKey(primitives, random));
  const accepted = suites.filter((suite) => suite.number === number);
  return { primitives, credentials, network: '', suites: accepted, random };
}

/** @param {Step} step */
const sentBy = (step) => (step.kind === 'refused' ? [] : step.send);

const cpuUs = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/**
 * @param {number} number
 * @returns {import('./sample.mjs').Contender}
 */
const handshakes = (number) => async () => {
  const [dialler, listener] = [somebody(number), somebody(number)];
  let responderMs = 0;
  /** @param {Step} step */
  const isLive = (step) => step.kind === 'live';
  const shake = () => {
    const initiator = initiatorOf(dialler, 'ws');
    let last = initiator.begin();
    const fromMs = performance.now();
    const responder = responderOf(listener, 'ws');
    responderMs += performance.now() - fromMs;
    while (!isLive(last)) {
      for (const message of sentBy(last)) {
        const sinceMs = performance.now();
        const answer = responder.receive(message);
        responderMs += performance.now() - sinceMs;
        for (const back of sentBy(answer)) last = initiator.receive(back);
      }
    }
  };
  for (let nth = 0; nth < WARM_UP; nth++) shake();
  responderMs = 0;
  const fromUs = cpuUs();
  for (let nth = 0; nth < HANDSHAKES; nth++) shake();
  return {
    bothUs: (cpuUs() - fromUs) / HANDSHAKES,
    responderUs: (responderMs * 1_000) / HANDSHAKES,
  };
};

/**
 * @param {number} number
 * @returns {import('./sample.mjs').Contender}
 */
const rotations = (number) => async () => {
  const [suite] = suites.filter((one) => one.number === number);
  if (suite === undefined) throw new RangeError(`there is no suite ${number}`);
  const somebodyConnected = () => {
    const staticKey = drawKey(primitives, random);
    return { primitives, random, suite, staticKey };
  };
  const [here, there] = [somebodyConnected(), somebodyConnected()];
  const [hash, secret] = [random(32), random(32)];
  /**
   * @param {Uint8Array} remoteStatic
   * @returns {import('../../dist/actors/peer/wire/handshake.js').Lineage}
   */
  const begun = (remoteStatic) => ({
    ...{ hash, remoteStatic },
    secret: Secret.of(new Uint8Array(secret)),
  });
  let ours = begun(there.staticKey.publicKey);
  let theirs = begun(here.staticKey.publicKey);
  const rotate = () => {
    const offer = Offer.of(here, ours);
    const answered = offer && answer(there, theirs, offer.message);
    const renewed = answered && offer.answered(answered.message);
    if (answered === undefined || renewed === undefined) throw new Error('not rotated');
    [ours, theirs] = [renewed.lineage, answered.lineage];
  };
  for (let nth = 0; nth < WARM_UP; nth++) rotate();
  const fromUs = cpuUs();
  for (let nth = 0; nth < HANDSHAKES; nth++) rotate();
  return { bothUs: (cpuUs() - fromUs) / HANDSHAKES };
};

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'us',
  rounds: 5,
  contenders: { hybrid: handshakes(2), classical: handshakes(1), rotation: rotations(2) },
  rivals: {},
  comparisons: [
    {
      variant: 'hybrid handshake, both ends, of CPU',
      reading: 'bothUs',
      of: 'hybrid',
      beside: 'classical',
      baseline: 'classical',
    },
    {
      variant: 'hybrid handshake, the responder alone',
      reading: 'responderUs',
      of: 'hybrid',
      beside: 'classical',
      baseline: 'classical',
    },
    {
      variant: 'hybrid rotation within a connection, both ends, of CPU',
      reading: 'bothUs',
      of: 'rotation',
      beside: 'classical',
      baseline: 'classical handshake',
    },
  ],
};
