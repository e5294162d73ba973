import { defer, filter, firstValueFrom, repeat } from 'rxjs';
import { knock } from './knock.mjs';
import { lookAt } from './operator.mjs';
import { order, request } from './peer-stage.mjs';
import { serving } from './street.mjs';

/** @typedef {import('holdfast').Peer} Peer */
/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./street.mjs').Neighbour} Neighbour */
/** @typedef {import('./worker-acts.mjs').Act} Act */

const LOOK_MS = 100;

/** @type {Act} */
export const rush = {
  title: 'a peer is overrun: strangers work before they get in, then some are let go',
  async play(stage) {
    const kiosk = stage.street.startKiosk();
    try {
      await stage.expect('the kiosk is there', serving(kiosk));
      const { id, port, diagnosticsUrl } = await firstValueFrom(serving(kiosk));
      const granted = await stage.peers.connect(urlOf(port), { identity: id });
      const looks$ = defer(() => lookAt(diagnosticsUrl)).pipe(repeat({ delay: LOOK_MS }));
      const isCalm$ = looks$.pipe(filter(({ modes }) => modes.load?.mode === 'normal'));
      await stage.expect('it is calm at first', isCalm$);
      stage.check('a stranger is let in', (await knock(port)) === 'is let in');
      const isShedding = expectMove(stage, 'shedding');
      await press(stage, kiosk, granted);
      await shed(stage, kiosk, granted, isShedding);
      await calm(stage, kiosk);
      granted.close();
      await order(stage, stage.street.till, 'does not come back', { task: 'leave' });
    } finally {
      await kiosk.stop();
    }
  },
};

/** @param {number} port */
const urlOf = (port) => `ws://127.0.0.1:${port}/holdfast`;

/**
 * @param {Stage} stage
 * @param {string} to
 */
const expectMove = (stage, to) =>
  stage.expect(
    `its load is ${to}`,
    stage.fact('load.moved', 'kiosk', (data) => data.to === to),
  );

/**
 * Takes the event loop of the kiosk for so long at a time.
 * @param {Stage} stage
 * @param {Neighbour} kiosk
 * @param {number} busyMs
 */
const compute = (stage, kiosk, busyMs) =>
  order(stage, kiosk, `computes for ${busyMs} ms at a time`, { task: 'compute', input: busyMs });

/**
 * @param {Stage} stage
 * @param {Neighbour} kiosk
 * @param {Peer} granted
 */
async function press(stage, kiosk, granted) {
  const { id, port, diagnosticsUrl } = await firstValueFrom(serving(kiosk));
  const isPressured = expectMove(stage, 'pressured');
  await compute(stage, kiosk, 150);
  const moved = await isPressured;
  const stranger = await knock(port);
  stage.check('a stranger has to work before it is let in', stranger === 'has to work first');
  const visit = { task: 'visit', input: { url: urlOf(port), id } };
  const visited = await order(stage, stage.street.till, 'comes to the kiosk, and works', visit);
  stage.check('one that works gets in', visited === 'answered');
  const served = await request(stage, kiosk, granted, 'queue.get', 'tea');
  stage.check('who was granted a level is served', served === 'answered');
  const calls = [
    `a stranger ${stranger}`,
    `the till, which works: ${visited}`,
    `the shop, granted a level: ${served}`,
  ];
  const { modes } = await stage.beside(diagnosticsUrl, 'load', calls, moved);
  stage.check('the operator sees the mode', isChallenging(modes.load));
}

/**
 * On a busy machine it may be worse already.
 * @param {import('./operator.mjs').Standing | undefined} load
 */
const isChallenging = (load) => load?.mode === 'pressured' || load?.mode === 'shedding';

/**
 * @param {Stage} stage
 * @param {Neighbour} kiosk
 * @param {Peer} granted
 * @param {ReturnType<typeof expectMove>} isShedding
 */
async function shed(stage, kiosk, granted, isShedding) {
  const { diagnosticsUrl } = await firstValueFrom(serving(kiosk));
  const { id } = await firstValueFrom(serving(stage.street.till));
  await compute(stage, kiosk, 600);
  const moved = await isShedding;
  const gone = await order(stage, kiosk, 'is asked for the till', { task: 'letGo', input: id });
  stage.check('the least trusted is let go', gone === 'it was let go');
  const served = await request(stage, kiosk, granted, 'queue.get', 'tea');
  stage.check('who was granted a level is served still', served === 'answered');
  const calls = [`the till: ${gone}`, `the shop, granted a level: ${served}`];
  const { modes, livez } = await stage.beside(diagnosticsUrl, 'load', calls, moved);
  stage.check('the operator sees that, too', modes.load?.mode === 'shedding');
  stage.check('and one that lives all the same', livez === 200);
}

/**
 * @param {Stage} stage
 * @param {Neighbour} kiosk
 */
async function calm(stage, kiosk) {
  const { port, diagnosticsUrl } = await firstValueFrom(serving(kiosk));
  const isCalm = expectMove(stage, 'normal');
  await order(stage, kiosk, 'rests', { task: 'rest' });
  await isCalm;
  const stranger = await knock(port);
  stage.check('a stranger is let in as before', stranger === 'is let in');
  const { modes } = await stage.beside(diagnosticsUrl, 'load', [`a stranger ${stranger}`]);
  stage.check('the operator sees that it is over', modes.load?.mode === 'normal');
}
