import { defer, filter, repeat } from 'rxjs';
import { lookAt } from './operator.mjs';
import { meet, request } from './peer-stage.mjs';

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./worker-acts.mjs').Act} Act */

const LOOK_MS = 200;
/** A link has to hold for the longer the more often all were lost: for a minute at most. */
const HOLD_MS = 90_000;

/** @type {Act} */
export const alone = {
  title: 'nobody is reached: what is asked waits, until somebody is',
  async play(stage) {
    const { till, depot, cable } = stage.street;
    const peer = await meet(stage, depot);
    await meet(stage, till);
    await expectMesh(stage, 'others are reached, as the operator sees');
    const pid = till.snapshot()?.context.pid;
    if (peer === undefined || pid === undefined) return;
    const isAlone = stage.expect(
      'the shop reaches nobody',
      stage.fact('route.moved', 'route', ({ to }) => to === 'isolated'),
    );
    stage.say({ id: 'cable' }, 'is cut');
    cable.cut();
    stage.say(till, `process ${pid} is sent SIGKILL`);
    process.kill(pid, 'SIGKILL');
    const moved = await isAlone;
    let saw = 'waits';
    const asked = request(stage, depot, peer, 'stock.count', 'tea').then((seen) => {
      saw = seen;
    });
    const sight = await stage.beside(stage.diagnosticsUrl, 'route', [`stock.count: ${saw}`], moved);
    stage.check('the operator sees that', sight.modes.route?.mode === 'isolated');
    stage.check('what is asked meanwhile waits', saw === 'waits');
    stage.check('and lives, and is ready for others', sight.livez === 200 && sight.readyz === 200);
    stage.say({ id: 'cable' }, 'is mended');
    cable.mend();
    await asked;
    stage.check('what waited is answered, once somebody is reached', saw === 'answered');
  },
};

/** @type {Act} */
export const together = {
  title: 'others are reached again: the mode is left once a link has held',
  async play(stage) {
    const { till, depot } = stage.street;
    const peer = await meet(stage, depot);
    await meet(stage, till);
    await expectMesh(stage, 'the operator sees that others are reached');
    if (peer === undefined) return;
    const saw = await request(stage, depot, peer, 'stock.count', 'tea');
    stage.check('who is asked answers', saw === 'answered');
    await stage.beside(stage.diagnosticsUrl, 'route', [`stock.count: ${saw}`]);
  },
};

/**
 * @param {Stage} stage
 * @param {string} what
 */
function expectMesh(stage, what) {
  const looks$ = defer(() => lookAt(stage.diagnosticsUrl)).pipe(repeat({ delay: LOOK_MS }));
  const isMesh$ = looks$.pipe(filter(({ modes }) => modes.route?.mode === 'mesh'));
  return stage.expect(what, isMesh$, HOLD_MS);
}
