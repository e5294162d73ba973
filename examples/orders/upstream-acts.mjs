import { filter, map, switchMap, take } from 'rxjs';
import { comeBack, turn, watchFailures } from './moods.mjs';
import { UPSTREAM } from './upstream-calls.mjs';

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./worker-acts.mjs').Act} Act */

/**
 * What the breaker promises of every failure of the upstream, from now on.
 * @param {Stage} stage
 */
function watchBreaker(stage) {
  const { sent } = stage.shop;
  const whileOpen$ = stage.fact('breaker.opened', UPSTREAM).pipe(
    map(() => sent()),
    switchMap((sentBefore) =>
      stage.fact('breaker.probing', UPSTREAM).pipe(
        take(1),
        map(({ data }) => ({ refused: Number(data.refused), sent: sent() - sentBefore })),
      ),
    ),
  );
  return {
    opens: Promise.all([
      stage.expect('the breaker opens', stage.fact('breaker.opened', UPSTREAM)),
      stage.expect('callers have the cache, with no call made', stage.calls('spared')),
    ]),
    closes: Promise.all([
      stage.expect(
        'while it is open, no call reaches the upstream; then one tries it',
        whileOpen$.pipe(filter(({ refused, sent }) => refused > 0 && sent === 0)),
      ),
      stage.expect('it closes again', stage.fact('breaker.closed', UPSTREAM)),
    ]),
  };
}

/** @type {Act} */
export const kill = {
  title: 'the upstream is killed',
  async play(stage) {
    const { upstream } = stage.shop;
    const pid = upstream.snapshot()?.context.pid;
    if (pid === undefined) return stage.check('it runs', false);
    const breaker = watchBreaker(stage);
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
    await Promise.all([fails, isDecided, serves, breaker.opens, breaker.closes]);
    await stage.expect('callers have answers from it', stage.calls('answered'));
  },
};

/**
 * @param {Stage} stage
 * @param {RegExp} reason
 */
const cached = (stage, reason) => stage.calls('cached', ({ because }) => reason.test(because));

/** @type {Act} */
export const silence = {
  title: 'the upstream hangs: it takes requests and answers none',
  async play(stage) {
    const { upstream, prices } = stage.shop;
    const checkFailures = watchFailures(stage);
    const breaker = watchBreaker(stage);
    const isCached = stage.expect(
      'who waited in vain has an answer from the cache',
      cached(stage, /CALL_TIMEOUT/),
    );
    const isStale = stage.expect(
      'the cache knows that it is stale',
      prices.changes$.pipe(filter(({ context }) => context.because !== '')),
    );
    const staysOpen = stage.expect(
      'tried in vain, the breaker stays open',
      stage.fact('breaker.opened', UPSTREAM, ({ openings }) => openings === 2),
    );
    stage.say(upstream, 'answers nothing any more');
    turn(stage, 'hanging');
    await Promise.all([isCached, isStale, breaker.opens, staysOpen]);
    await comeBack(stage, breaker.closes);
    checkFailures();
  },
};

/** @type {Act} */
export const garbage = {
  title: 'the upstream answers garbage: no JSON, or the wrong shape',
  async play(stage) {
    const checkFailures = watchFailures(stage);
    const breaker = watchBreaker(stage);
    const isSeen = stage.expect(
      'who got it has an answer from the cache',
      cached(stage, /no JSON|wrong shape/),
    );
    stage.say(stage.shop.upstream, 'answers garbage, of two kinds in turn');
    turn(stage, 'garbage');
    await Promise.all([isSeen, breaker.opens]);
    await comeBack(stage, breaker.closes);
    checkFailures();
  },
};
