import { bufferCount, filter, merge } from 'rxjs';

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./worker-acts.mjs').Act} Act */

/** @type {Act} */
export const kill = {
  title: 'the upstream is killed',
  async play(stage) {
    const { upstream } = stage.shop;
    const pid = upstream.snapshot()?.context.pid;
    if (pid === undefined) return stage.check('it runs', false);
    const fails = stage.expect(
      'its actor fails, for the process is gone',
      stage.fact('actor.failed', upstream.path),
    );
    const isDecided = stage.expect(
      'shop restarts it, and all that leans on it',
      stage.fact('supervisor.decided', upstream.path, ({ strategy, affected }) => {
        return strategy === 'restForOne' && String(affected) === 'upstream,prices,desk';
      }),
    );
    const serves = stage.expect(
      'another process serves',
      upstream.changes$.pipe(
        filter(({ value, context }) => value === 'serving' && context.pid !== pid),
      ),
    );
    stage.say(upstream, `process ${pid} is sent SIGKILL`);
    process.kill(pid, 'SIGKILL');
    await Promise.all([fails, isDecided, serves]);
    await stage.expect('callers have answers from it', stage.calls('answered'));
  },
};

/**
 * @param {Stage} stage
 * @param {import('./upstream.mjs').Mood} mood
 */
function turn(stage, mood) {
  stage.shop.upstream.tell({ type: 'upstream.turn', mood });
}

/**
 * @param {Stage} stage
 * @param {RegExp} reason
 */
const cached = (stage, reason) => stage.calls('cached', ({ because }) => reason.test(because));

/**
 * The upstream fails in ways to be expected: the charts of the workers have states for it, so that
 * nobody crashes and nothing is restarted.
 * @param {Stage} stage
 */
function watchFailures(stage) {
  let failures = 0;
  const { shop } = stage;
  const paths = [shop.upstream, shop.prices, ...shop.workers].map(({ path }) => path);
  const failures$ = merge(...paths.map((path) => stage.fact('actor.failed', path)));
  const subscription = failures$.subscribe(() => {
    failures += 1;
  });
  return () => {
    subscription.unsubscribe();
    stage.check('nobody crashed, nothing was restarted', failures === 0);
  };
}

/** @type {Act} */
export const silence = {
  title: 'the upstream hangs: it takes requests and answers none',
  async play(stage) {
    const { upstream, prices } = stage.shop;
    const checkFailures = watchFailures(stage);
    const isCached = stage.expect(
      'workers give up on it and answer from the cache',
      cached(stage, /no answer within/).pipe(bufferCount(15)),
    );
    const isStale = stage.expect(
      'the cache knows that it is stale',
      prices.changes$.pipe(filter((snapshot) => snapshot.hasTag('degraded'))),
    );
    stage.say(upstream, 'answers nothing any more');
    turn(stage, 'hanging');
    await Promise.all([isCached, isStale]);
    await comeBack(stage);
    checkFailures();
  },
};

/** @type {Act} */
export const garbage = {
  title: 'the upstream answers garbage: no JSON, the wrong shape, half a body',
  async play(stage) {
    const checkFailures = watchFailures(stage);
    const isSeen = [/no JSON/, /wrong shape/, /broke off/].map((reason) =>
      stage.expect(`a worker says "${reason.source}"`, cached(stage, reason)),
    );
    stage.say(stage.shop.upstream, 'answers garbage, of three kinds in turn');
    turn(stage, 'garbage');
    await Promise.all(isSeen);
    await comeBack(stage);
    checkFailures();
  },
};

/** @type {Act} */
export const slowness = {
  title: 'the upstream is slow: callers wait, or hear that everybody is busy',
  async play(stage) {
    const checkFailures = watchFailures(stage);
    const isSlow = stage.expect(
      'answers take their time',
      stage.calls('answered', ({ durationMs }) => durationMs >= 140).pipe(bufferCount(8)),
    );
    const isBusy = stage.expect(
      'who comes while all are busy is refused at once',
      stage.calls('refused', ({ because }) => because === 'busy'),
    );
    stage.say(stage.shop.upstream, 'takes 150 ms for an answer');
    turn(stage, 'slow');
    await Promise.all([isSlow, isBusy]);
    await comeBack(stage);
    checkFailures();
  },
};

/** @param {Stage} stage */
async function comeBack(stage) {
  stage.say(stage.shop.upstream, 'comes back');
  turn(stage, 'well');
  const isQuick = /** @param {{ durationMs: number }} outcome */ ({ durationMs }) =>
    durationMs < 100;
  await stage.expect('callers have quick answers again', stage.calls('answered', isQuick));
}
