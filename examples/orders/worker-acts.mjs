import { defer, retry } from 'rxjs';
import { fetchJson } from './fetch-json.mjs';
import { ORDERS_PER_FAILURE } from './leaky.machine.mjs';
import { HANGER } from './shop.mjs';

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {{ title: string, play: (stage: Stage) => Promise<void> }} Act */

const order = { id: 8, lines: [{ cents: 350 }, { cents: 420 }] };
/** @type {typeof order} what a caller may send although no type allows it */
const poison = JSON.parse('{"id":7,"lines":null}');

/** @type {Act} */
export const crash = {
  title: 'a worker crashes: on a poison order, then in a timer',
  async play(stage) {
    const { crasher } = stage.shop;
    const fails = stage.expect('it fails', stage.fact('actor.failed', crasher.path));
    const isSetAside = stage.expect(
      'the poison order is set aside after two attempts',
      stage.fact('actor.quarantined', crasher.path, ({ attempts }) => attempts === 2),
    );
    stage.say(crasher, 'is told to ship order 7, which has no lines; order 8 waits behind it');
    crasher.tell({ type: 'order.ship', order: poison });
    const seen = await stage.ask(
      crasher,
      { type: 'order.ship', order },
      { reply: 'order.shipped' },
    );
    stage.check('order 8, queued behind it, survives both crashes', seen === 'answered');
    await Promise.all([fails, isSetAside]);

    const failsLater = stage.expect(
      'what it throws in a timer is its own failure, not the end of the process',
      stage.fact('actor.failed', crasher.path, ({ error }) => /timer/.test(JSON.stringify(error))),
    );
    stage.say(crasher, 'is told to print a label');
    crasher.tell({ type: 'label.print' });
    await failsLater;
    const again = await stage.ask(
      crasher,
      { type: 'order.ship', order },
      { reply: 'order.shipped' },
    );
    stage.check('it ships again', again === 'answered');
  },
};

/**
 * @param {unknown} value
 * @returns {value is { hanging: number }}
 */
const isCount = (value) => typeof value === 'object' && value !== null && 'hanging' in value;

const LOOK_MS = 100;

/** @type {Act} */
export const hang = {
  title: 'a worker hangs: its breaker opens, and its supervisor restarts it',
  async play(stage) {
    const { hanger, track, urlOf } = stage.shop;
    const tracked$ = defer(() => track('10')).pipe(retry({ delay: LOOK_MS }));
    await stage.expect('it tracks, whatever a run that was interrupted left behind', tracked$);
    const opens = stage.expect(
      'its breaker opens after two failures in a row',
      stage.fact('breaker.opened', HANGER, ({ failures }) => failures === 2),
    );
    const fails = stage.expect(
      'that fails it, so that its supervisor decides',
      stage.fact('actor.failed', hanger.path, ({ error }) =>
        /BREAKER_OPEN/.test(JSON.stringify(error)),
      ),
    );
    const isBack = stage.expect('it is back', stage.fact('actor.restarted', hanger.path));
    const closes = stage.expect('its breaker closes again', stage.fact('breaker.closed', HANGER));
    stage.say(hanger, 'is asked for a parcel that the upstream never answers for');
    const lost = stage.hear(hanger, track('lost'));
    const meanwhile = await stage.hear(hanger, track('11'));
    stage.check('who asks it meanwhile is refused', meanwhile === 'EVENT_UNHANDLED');
    stage.check('the first caller sees a timeout', (await lost) === 'CALL_TIMEOUT');
    const next = await stage.hear(hanger, track('12'));
    stage.check('who asks it then is refused by the breaker', next === 'BREAKER_OPEN');
    await Promise.all([opens, fails, isBack]);

    await stage.expect('it tracks again', tracked$);
    await closes;
    const { hanging } = await fetchJson(urlOf(), '/hanging', isCount, AbortSignal.timeout(1_000));
    stage.check('its request was aborted: the upstream holds none', hanging === 0);
  },
};

/** @type {Act} */
export const leak = {
  title: 'a worker leaks until its restarts are spent, and the failure escalates',
  async play(stage) {
    const { leaky } = stage.shop;
    const isEscalated = stage.expect(
      'stock gives up on it',
      stage.fact('supervisor.decided', leaky.path, ({ decision }) => decision === 'escalate'),
    );
    const isRestarted = stage.expect(
      'desk restarts stock, and all in it',
      stage.fact('supervisor.restarted', 'shop/desk/stock'),
    );
    const orders = 3 * ORDERS_PER_FAILURE;
    stage.say(leaky, `is told to keep ${orders} orders; it may hold ${ORDERS_PER_FAILURE - 1}`);
    for (let told = 1; told < orders; told++) leaky.tell({ type: 'leaky.keep' });
    const last = await stage.ask(leaky, { type: 'leaky.keep' }, { reply: 'leaky.kept' });
    stage.check('the caller of the last straw sees the failure', last === 'ACTOR_FAILED');
    await Promise.all([isEscalated, isRestarted]);
    const seen = await stage.ask(leaky, { type: 'leaky.weigh' }, { reply: 'leaky.kept' });
    const weight = leaky.snapshot()?.context.kept.length;
    stage.check('it is back, and holds nothing', seen === 'answered' && weight === 0);
  },
};
