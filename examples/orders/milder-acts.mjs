import { bufferCount } from 'rxjs';
import { comeBack, turn, watchFailures } from './moods.mjs';
import { UPSTREAM } from './upstream-calls.mjs';

/** @typedef {import('./worker-acts.mjs').Act} Act */

/** @type {Act} */
export const flakiness = {
  title: 'the upstream is flaky: every third answer breaks off',
  async play(stage) {
    const checkClosed = stage.expectNone(
      'the breaker stays closed',
      stage.fact('breaker.opened', UPSTREAM),
    );
    const isRetried = stage.expect(
      'callers have answers all the same, for the upstream is asked again',
      stage.calls('retried').pipe(bufferCount(3)),
    );
    stage.say(stage.shop.upstream, 'breaks off every third answer');
    turn(stage, 'flaky');
    await isRetried;
    await comeBack(stage);
    checkClosed();
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

/** @type {Act} */
export const isolation = {
  title: 'somebody isolates the upstream, and releases it',
  async play(stage) {
    const { breaker, sent } = stage.shop;
    const isSpared = stage.expect(
      'callers have the cache, with no call made',
      stage.calls('spared', ({ because }) => because === 'BREAKER_ISOLATED').pipe(bufferCount(10)),
    );
    const isolated = breaker.isolate('stocktaking', { by: 'the manager' });
    const sentBefore = sent();
    await isSpared;
    stage.check('no call reached the upstream', sent() === sentBefore);
    const isAnswered = stage.expect('callers have answers again', stage.calls('answered'));
    isolated.release();
    await isAnswered;
  },
};
