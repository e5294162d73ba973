import { firstValueFrom } from 'rxjs';
import { meet, order, request } from './peer-stage.mjs';
import { findSmallDisk } from './small-disk.mjs';
import { serving } from './street.mjs';

/** @typedef {import('holdfast').Peer} Peer */
/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./street.mjs').Neighbour} Neighbour */
/** @typedef {import('./worker-acts.mjs').Act} Act */

/** @type {Act} */
export const fullDisk = {
  title: 'the disk of an audit log is full: reads are served, effects are refused',
  async play(stage) {
    const small = findSmallDisk(stage.street.folder);
    if ('unavailable' in small) {
      const text = `cannot be filled here, so this is not played: ${small.unavailable}`;
      return stage.timeline.say('quiet', 'disk', text);
    }
    const archive = stage.street.startArchive(small.disk);
    try {
      const peer = await meet(stage, archive);
      stage.say(archive, small.what);
      if (peer !== undefined) await fillAndFree(stage, archive, peer);
    } finally {
      await archive.stop();
    }
  },
};

/**
 * @param {Stage} stage
 * @param {Neighbour} archive
 * @param {Peer} peer
 */
async function fillAndFree(stage, archive, peer) {
  const { diagnosticsUrl } = await firstValueFrom(serving(archive));
  /** @type {number[]} */
  const taken = [];
  const put = async (/** @type {number} */ number) => {
    const saw = await request(stage, archive, peer, 'receipt.put', number);
    if (saw === 'answered') taken.push(number);
    return saw;
  };
  const first = await put(1);
  stage.check('a receipt is taken', first === 'answered');
  const before = await stage.beside(diagnosticsUrl, 'audit', [`receipt.put: ${first}`]);
  stage.check('the operator sees that it is well', isWell(before));

  const areLost = Promise.all([expectMove(stage, 'spooling'), expectMove(stage, 'readOnly')]);
  await order(stage, archive, 'has its disk filled by somebody', { task: 'fill' });
  const caughtOut = put(2);
  const [, moved] = await areLost;
  await refuse(stage, archive, peer, moved);

  const isBack = expectMove(stage, 'readWrite');
  await order(stage, archive, 'has its disk cleared', { task: 'free' });
  const back = await isBack;
  const waited = await caughtOut;
  stage.check('what was asked as it filled is on record, or refused', isOver(waited));
  const again = await put(3);
  stage.check('effects are served again', again === 'answered');
  const recount = { task: 'recount' };
  const recounted = await order(stage, archive, 'counts the receipts on record', recount);
  stage.check('all that were taken are there, once', recounted === `ok: ${taken.join(', ')}`);
  const calls = [`receipt.put while it filled: ${waited}`, `receipt.put: ${again}`];
  const after = await stage.beside(diagnosticsUrl, 'audit', calls, back);
  stage.check('the operator sees that it is well again', isWell(after));
}

/** @param {string} saw */
const isOver = (saw) => saw === 'answered' || saw === 'READ_ONLY';

/**
 * @param {Stage} stage
 * @param {string} to
 */
const expectMove = (stage, to) =>
  stage.expect(
    `its log is ${to}`,
    stage.fact('audit.moved', 'archive', (data) => data.to === to),
  );

/**
 * What is true while nothing can be recorded.
 * @param {Stage} stage
 * @param {Neighbour} archive
 * @param {Peer} peer
 * @param {import('holdfast').Fact | undefined} moved
 */
async function refuse(stage, archive, peer, moved) {
  const { diagnosticsUrl } = await firstValueFrom(serving(archive));
  const got = await request(stage, archive, peer, 'receipt.get', 1);
  stage.check('what reads is served', got === 'answered');
  const put = await request(stage, archive, peer, 'receipt.put', 3);
  stage.check('what writes is refused, and says why', put === 'READ_ONLY');
  const posted = await order(stage, archive, 'calls the post, with effects', { task: 'post' });
  stage.check('so is a protected call with effects', posted === 'READ_ONLY');
  const calls = [`receipt.get: ${got}`, `receipt.put: ${put}`, `protected call: ${posted}`];
  const sight = await stage.beside(diagnosticsUrl, 'audit', calls, moved);
  stage.check('the operator sees the mode', sight.modes.audit?.mode === 'readOnly');
  stage.check('a warning, of one that lives and is ready', isWarning(sight));
  const led = stage.causes.of(moved).map(({ type }) => type);
  stage.check('and the append that failed first', led.at(-1) === 'audit.append.failed');
}

/** @param {import('./operator.mjs').Sight} sight */
const isWell = ({ modes, checks }) =>
  modes.audit?.mode === 'readWrite' && checks.audit === undefined;

/** @param {import('./operator.mjs').Sight} sight */
const isWarning = ({ livez, readyz, status, checks }) =>
  livez === 200 && readyz === 200 && status === 'warn' && checks.audit?.status === 'warn';
