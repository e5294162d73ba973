import { meet, request } from './peer-stage.mjs';

/** @typedef {import('./worker-acts.mjs').Act} Act */

/** @type {Act} */
export const alone = {
  title: 'nobody is reached: what is asked waits, until somebody is',
  async play(stage) {
    const { till, depot, cable } = stage.street;
    const peer = await meet(stage, depot);
    await meet(stage, till);
    const pid = till.snapshot()?.context.pid;
    if (peer === undefined || pid === undefined) return;
    /** @param {string} what @param {(to: string) => boolean} isTo */
    const expectMove = (what, isTo) =>
      stage.expect(
        what,
        stage.fact('route.moved', 'route', ({ to }) => isTo(String(to))),
      );
    const isAlone = expectMove('the shop reaches nobody', (to) => to === 'isolated');
    stage.say({ id: 'cable' }, 'is cut');
    cable.cut();
    stage.say(till, `process ${pid} is sent SIGKILL`);
    process.kill(pid, 'SIGKILL');
    const lost = await isAlone;
    let saw = 'waits';
    const asked = request(stage, depot, peer, 'stock.count', 'tea').then((seen) => {
      saw = seen;
    });
    const sight = await stage.beside(stage.diagnosticsUrl, 'route', [`stock.count: ${saw}`], lost);
    stage.check('the operator sees that', sight.modes.route?.mode === 'isolated');
    stage.check('what is asked meanwhile waits', saw === 'waits');
    stage.check('and lives, and is ready for others', sight.livez === 200 && sight.readyz === 200);

    const isBack = expectMove('it reaches somebody again', (to) => to !== 'isolated');
    stage.say({ id: 'cable' }, 'is mended');
    cable.mend();
    const back = await isBack;
    await asked;
    stage.check('what waited is answered', saw === 'answered');
    const calls = [`stock.count: ${saw}`];
    const after = await stage.beside(stage.diagnosticsUrl, 'route', calls, back);
    stage.check('the operator sees that, too', after.modes.route?.mode === 'mesh');
    await meet(stage, till);
  },
};
