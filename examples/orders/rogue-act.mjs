import { defer, filter, repeat, tap } from 'rxjs';
import { meet, order } from './peer-stage.mjs';
import { serving } from './street.mjs';

/** @typedef {import('holdfast').Peer} Peer */
/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./worker-acts.mjs').Act} Act */
/** @typedef {(what: string, task: string) => Promise<string>} Does */

const LOOK_MS = 50;

/** @type {Act} */
export const betrayal = {
  title: 'a hostile peer shouts, scrawls, floods, breaks the rules, and is banned',
  async play(stage) {
    const { street } = stage;
    const { till } = street;
    const honest = await meet(stage, till);
    if (honest === undefined) return;
    const checkHonest = stage.expectNone(
      'its neighbour at the same address is not let go for it',
      stage.fact('peer.ended', honest.id),
    );
    const rogue = street.startRogue();
    await stage.expect('the rogue is there', serving(rogue));
    /** @type {Does} */
    const does = (what, task) => order(stage, rogue, what, { task });

    const heard = await does('opens a WebSocket, and shouts', 'shout');
    stage.check('who proves nothing hears nothing, and is let go', heard === '0 bytes');
    const first = await does('asks for the hours, as anybody may', 'behave');
    stage.check(
      'of an identity that did nothing, nothing is held against it',
      first === 'answered',
    );
    const peer = street.peerOf(rogue);
    if (peer === undefined) return stage.check('it is known who that is', false);
    await loseTrust(stage, does, peer);
    await breakRules(stage, does, peer);
    await explain(stage, peer);

    const askHours = { task: 'ask', input: { method: 'hours.get' } };
    const answered = await order(stage, till, 'asks for the hours', askHours);
    stage.check('its neighbour is served as before', answered === 'answered');
    stage.check('and trusted as before', honest.trust >= 50);
    checkHonest();
    await rogue.stop();
  },
};

/**
 * @param {Stage} stage
 * @param {Does} does
 * @param {Peer} peer
 */
async function loseTrust(stage, does, peer) {
  const scrawled = await does('sends what the method does not take, over and over', 'scrawl');
  stage.timeline.say('decide', 'rogue', `is trusted ${peer.trust} of 100, and ${peer.level}`);
  stage.check(
    'that costs its trust, until it is not listened to any more',
    scrawled === 'LEVEL_TOO_LOW' && peer.level === 'untrusted',
  );
  const flooded = await does('asks 200 times at once', 'flood');
  stage.check('more than a peer may ask is refused', flooded === 'RATE_LIMITED');
}

/**
 * @param {Stage} stage
 * @param {Does} does
 * @param {Peer} peer
 */
async function breakRules(stage, does, { id }) {
  const isBanned = Promise.all([
    stage.expect('who breaks the rules under its seal is banned', stage.fact('peer.banned', id)),
    stage.expect('and let go at once', stage.fact('peer.ended', id)),
  ]);
  const cheated = await does('asks for a proof, with words instead of 32 bytes', 'cheat');
  stage.check('it hears no more', cheated === 'PEER_LOST');
  await isBanned;
  const checkOut = stage.expectNone('it is not let in again', stage.fact('peer.opened', id));
  const returned = await does('comes back', 'comeBack');
  stage.check('it reaches nobody', returned !== 'answered');
  checkOut();
}

/**
 * @param {Stage} stage
 * @param {Peer} peer
 */
async function explain(stage, { id }) {
  const explained$ = defer(() => stage.peers.explain(id)).pipe(repeat({ delay: LOOK_MS }));
  await stage.expect(
    'why is on record: replayed, it makes just this trust',
    explained$.pipe(
      filter(({ agrees }) => agrees),
      tap(({ records }) => {
        stage.timeline.say('decide', 'rogue', `is banned, says the log, after ${why(records)}`);
      }),
    ),
  );
}

/** @param {readonly { signal: string, times: number }[]} records */
function why(records) {
  const counts = new Map();
  for (const { signal, times } of records) counts.set(signal, (counts.get(signal) ?? 0) + times);
  return [...counts].map(([signal, times]) => `${times} ${signal}`).join(', ');
}
