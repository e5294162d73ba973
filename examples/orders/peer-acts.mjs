import { firstValueFrom } from 'rxjs';
import { meet, order, request } from './peer-stage.mjs';
import { serving } from './street.mjs';

/** @typedef {import('./worker-acts.mjs').Act} Act */

const tea = { sku: 'tea' };

/** @type {Act} */
export const service = {
  title: 'other runtimes prove who they are, and get what they are trusted with',
  async play(stage) {
    const { till, depot } = stage.street;
    const { peers } = stage;
    const buyer = await meet(stage, till);
    const store = await meet(stage, depot);
    if (buyer === undefined || store === undefined) return;
    const askPrice = { task: 'ask', input: { method: 'price.get', payload: tea } };
    const priced = await order(stage, till, 'asks the shop for the price of tea', askPrice);
    stage.check('what anybody may ask is answered', priced === 'answered');
    const askTakings = () =>
      order(stage, till, 'asks for the takings', {
        task: 'ask',
        input: { method: 'takings.get' },
      });
    stage.check('more takes a higher level', (await askTakings()) === 'LEVEL_TOO_LOW');
    stage.say(till, 'is granted the level for it');
    await peers.grant(buyer.id, { level: 'privileged' });
    stage.check('who is granted it is answered', (await askTakings()) === 'answered');
    await peers.grant(buyer.id, { level: 'untrusted' });
    stage.check('a grant can be taken back', (await askTakings()) === 'LEVEL_TOO_LOW');
    const counted = await request(stage, depot, store, 'stock.count', 'tea');
    stage.check('the shop asks as well as it is asked', counted === 'answered');
  },
};

/** @type {Act} */
export const cut = {
  title: 'the link to a peer is cut: another peer leads to it, until it is mended',
  async play(stage) {
    const { till, depot, cable } = stage.street;
    const peer = await meet(stage, depot);
    const { id, port } = await firstValueFrom(serving(till));
    if (peer === undefined) return;
    /** @param {string} what @param {string} carrier @param {'peer.opened' | 'peer.ended'} type */
    const expect = (what, carrier, type = 'peer.opened') =>
      stage.expect(
        what,
        stage.fact(type, peer.id, (data) => data.carrier === carrier),
      );
    const visited = await order(stage, depot, 'connects to the till, too', {
      task: 'visit',
      input: { url: `ws://127.0.0.1:${port}/holdfast`, id },
    });
    stage.check('peers find each other', visited === 'answered');

    const isOver = expect('the shop sees it', 'ws', 'peer.ended');
    const isRelayed = expect('the depot is reached through the till', 'relay');
    const isTried = stage.expect('and dialled again, in vain', cable.refused$);
    stage.say({ id: 'cable' }, 'is cut');
    cable.cut();
    await isOver;
    const counted = await request(stage, depot, peer, 'stock.count', 'tea');
    stage.check('what is asked meanwhile is answered', counted === 'answered');
    await Promise.all([isRelayed, isTried]);

    const isBack = expect('once it is mended, the depot is there directly', 'ws');
    stage.say({ id: 'cable' }, 'is mended');
    cable.mend();
    await isBack;
    const again = await request(stage, depot, peer, 'stock.count', 'tea');
    stage.check('and answers', again === 'answered');
    const carried = await order(stage, till, 'is asked what it carried', { task: 'carried' });
    stage.check('the till carried it, and knows how much', /^[1-9]\d* bytes$/.test(carried));
  },
};

/** @type {Act} */
export const death = {
  title: 'a peer is killed in the middle of an answer; what is asked then waits',
  async play(stage) {
    const { depot } = stage.street;
    const peer = await meet(stage, depot);
    const pid = depot.snapshot()?.context.pid;
    if (peer === undefined || pid === undefined) return;
    const fails = stage.expect('its actor fails', stage.fact('actor.failed', depot.path));
    const isBack = stage.expect(
      'another process comes, and proves to be the same peer',
      stage.fact('peer.opened', peer.id),
    );
    const counts = /** @type {AsyncIterable<unknown>} */ (await peer.request('stock.watch', 'tea'));
    let seen = 0;
    const watched = (async () => {
      for await (const _ of counts) {
        seen += 1;
        if (seen === 1) process.kill(pid, 'SIGKILL');
      }
      return { type: 'stock.watch' };
    })();
    stage.say(depot, `streams its stock; after the first count, process ${pid} is sent SIGKILL`);
    const saw = await stage.hear(depot, watched);
    stage.check('an answer that breaks off says so', seen > 0 && saw === 'PEER_LOST');
    const counted = await request(stage, depot, peer, 'stock.count', 'tea');
    stage.check('what is asked then is answered by the other process', counted === 'answered');
    await Promise.all([fails, isBack]);
  },
};
