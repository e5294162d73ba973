import { HoldfastError } from 'holdfast';
import { filter } from 'rxjs';
import { becauseOf } from './fetch-json.mjs';
import { meet, order } from './peer-stage.mjs';
import { plain } from './words.mjs';

/** @typedef {import('./worker-acts.mjs').Act} Act */
/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('holdfast').Isolation} Isolation */

/** What is lost over and over is tried again the later: after two minutes at most. */
const CLIMB_MS = 180_000;

/** @type {readonly { what: string, code: string, fault: string }[]} */
const greedy = [
  { what: 'one that computes for ever', code: 'for (;;);', fault: 'VM_CPU' },
  {
    what: 'one that takes ever more memory',
    code: 'const all = []; for (;;) all.push(new Uint8Array(2 ** 20).fill(1))',
    fault: 'VM_MEMORY',
  },
  {
    what: 'one that prints without end',
    code: 'for (;;) console.log("cheap ".repeat(200))',
    fault: 'VM_OUTPUT',
  },
];

/** @type {Act} */
export const greed = {
  title: 'peers send code: it has limits, and whatever exceeds them ends alone',
  async play(stage) {
    const { till } = stage.street;
    if ((await meet(stage, till)) === undefined) return;
    await showLevels(stage);
    const checkLevels = stage.expectNone(
      'no level is lost by what code does that runs there',
      stage.facts('isolation.lost'),
    );
    const isServed = stage.expect('the shop serves as before', stage.calls('answered'));
    /** @param {string} what @param {string} code */
    const send = (what, code) => {
      const input = { method: 'discount.try', payload: { code } };
      return order(stage, till, `sends ${what}`, { task: 'ask', input });
    };
    const half = await send('a discount as code', 'input.cents / 2');
    stage.check('code of a peer is tried in a sandbox', half === 'answered');
    for (const { what, code, fault } of greedy) {
      const isEnded = stage.expect(
        `${what} is ended`,
        stage.facts('vm.died').pipe(filterBecause(fault)),
      );
      stage.check(`${what}: who sent it hears why it ended`, (await send(what, code)) === fault);
      await isEnded;
    }
    const next = await send('a discount as before', 'input.cents / 3');
    stage.check('what comes then finds another sandbox', next === 'answered');
    await isServed;
    checkLevels();
  },
};

/** @param {string} fault */
const filterBecause = (fault) => filter(({ data }) => data.because === fault);

/** @type {Act} */
export const fall = {
  title: 'the jails of sandboxes are gone: work falls or is refused, and climbs back',
  async play(stage) {
    const { till } = stage.street;
    const peer = await meet(stage, till);
    if (peer === undefined) return;
    const jailed = await showLevels(stage);
    stage.say(till, 'is granted what sandboxed code may do for it that is at least in a jail');
    await stage.peers.grant(peer.id, { level: 'privileged' });
    if (jailed.length === 0) await stayDown(stage);
    else await fallAndClimb(stage, jailed);
    await stage.peers.grant(peer.id, { level: 'untrusted' });
  },
};

/**
 * Looks which levels are here, and says so.
 * @param {Stage} stage
 * @returns {Promise<readonly Isolation[]>} those with a jail that can be had, weakest first
 */
async function showLevels({ sandboxes, timeline }) {
  const levels = await sandboxes.prove();
  for (const { isolation, is, evidence, unavailable, fix } of levels) {
    const text =
      is === 'proved' ? `is here, by ${evidence?.engine}` : `is not here: ${unavailable}`;
    const hint = fix === undefined ? '' : `; what helps: ${fix}`;
    timeline.say('quiet', isolation, plain(text + hint));
  }
  const proved = levels.filter(({ is }) => is === 'proved');
  return proved.map(({ isolation }) => isolation).filter((isolation) => isolation !== 'isolate');
}

/**
 * Where there never was a jail.
 * @param {Stage} stage
 */
async function stayDown(stage) {
  await checkFallen(stage, 'process', undefined);
  stage.timeline.say(
    'decide',
    'isolation',
    'never had a jail here: there is none to lose, and none to climb back to',
  );
}

/**
 * @param {Stage} stage
 * @param {readonly Isolation[]} jailed
 */
async function fallAndClimb(stage, jailed) {
  const best = jailed.at(-1) ?? 'process';
  const before = await runAt(stage, best, best);
  stage.check(`work may insist on ${best}`, before === best);
  const answered = await addUp(stage);
  stage.check('and so may a method', answered === 'answered');
  const areLost = jailed.map((level) =>
    stage.expect(`${level} is lost`, stage.fact('isolation.lost', level)),
  );
  const isDown = expectMove(stage, 'the strongest level that is left is isolate', 'isolate');
  stage.say({ id: 'bwrap' }, 'is taken away, which all jails are made with');
  stage.programs.take('bwrap');
  try {
    for (const level of jailed) await wearOut(stage, level);
    await Promise.all(areLost);
    await checkFallen(stage, best, await isDown);
  } finally {
    stage.say({ id: 'bwrap' }, 'is put back');
    stage.programs.putBack('bwrap');
  }
  await climb(stage, jailed, best);
}

/**
 * @param {Stage} stage
 * @param {readonly Isolation[]} jailed
 * @param {Isolation} best
 */
async function climb(stage, jailed, best) {
  const areProved = jailed.map((level) =>
    stage.expect(
      `${level} is tried again, and proved`,
      stage.fact('isolation.proved', level),
      CLIMB_MS,
    ),
  );
  const isUp = expectMove(stage, `the strongest level is ${best} again`, best, CLIMB_MS);
  await Promise.all(areProved);
  const moved = await isUp;
  const after = await runAt(stage, best, best);
  stage.check(`work runs in ${best} again`, after === best);
  const answered = await addUp(stage);
  stage.check('and so does the method', answered === 'answered');
  const calls = [`${best}: ran in ${after}`, `a method of that floor: ${answered}`];
  const { modes } = await stage.beside(stage.diagnosticsUrl, 'isolation', calls, moved);
  stage.check('the operator sees that', modes.isolation?.mode === best);
}

/**
 * @param {Stage} stage
 * @param {string} what
 * @param {Isolation} level
 * @param {number} [withinMs]
 */
const expectMove = (stage, what, level, withinMs) =>
  stage.expect(
    what,
    stage.fact('isolation.moved', 'isolation', ({ to }) => to === level),
    withinMs,
  );

/**
 * Sends work to a level, which has one sandbox ready, until it is known that there are no more.
 * @param {Stage} stage
 * @param {Isolation} level
 */
async function wearOut(stage, level) {
  const isThere = () =>
    stage.sandboxes.levels.some(({ isolation, is }) => isolation === level && is === 'proved');
  while (isThere()) await runAt(stage, level, 'isolate');
}

/**
 * What is true while there is no jail.
 * @param {Stage} stage
 * @param {Isolation} asked
 * @param {import('holdfast').Fact | undefined} moved
 */
async function checkFallen(stage, asked, moved) {
  const fallen = await runAt(stage, asked, 'isolate');
  stage.check('work that may run in isolate falls to it', fallen === 'isolate');
  const refused = await runAt(stage, asked, 'process');
  stage.check('work is refused below its floor', refused === 'ISOLATION_UNAVAILABLE');
  const peerSaw = await addUp(stage);
  stage.check('so is a peer, whatever its level', peerSaw === 'ISOLATION_UNAVAILABLE');
  const calls = [
    `${asked}, or down to isolate: ran in ${fallen}`,
    `${asked}, or down to process: ${refused}`,
    `a method of that floor: ${peerSaw}`,
  ];
  const { modes } = await stage.beside(stage.diagnosticsUrl, 'isolation', calls, moved);
  stage.check('the operator sees the mode', modes.isolation?.mode === 'isolate');
  const led = stage.causes.of(moved).map(({ type }) => type);
  if (moved !== undefined) stage.check('and what failed', led.includes('breaker.opened'));
}

/** @param {Stage} stage */
function addUp(stage) {
  const input = { method: 'takings.add', payload: [350, 420] };
  return order(stage, stage.street.till, 'has takings added up by code in a jail', {
    task: 'ask',
    input,
  });
}

/**
 * Runs code, and tells where.
 * @param {Stage} stage
 * @param {Isolation} isolation
 * @param {Isolation} floor
 * @returns {Promise<string>} in which level, or the code of the error
 */
async function runAt({ sandboxes, timeline }, isolation, floor) {
  const asked = isolation === floor ? isolation : `${isolation}, or down to ${floor}`;
  try {
    const { isolation: ran } = await sandboxes.run({ code: '6 * 7', isolation, floor });
    timeline.say('call', 'code', `for ${asked}: ran in ${ran}`);
    return ran;
  } catch (error) {
    const why = error instanceof HoldfastError ? `, ${plain(error.message)}` : '';
    timeline.say('call', 'code', `for ${asked}: ${becauseOf(error)}${why}`);
    return becauseOf(error);
  }
}
