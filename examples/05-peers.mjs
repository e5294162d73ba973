/** Two runtimes that prove who they are, and ask each other, until one breaks the rules. */
import { createRuntime, HoldfastError, RequestRefusal } from 'holdfast';

/** @typedef {{ sku: string, count: number }} Order */

/** What an order is, as a Standard Schema: here by hand, else by zod, valibot or another. */
const order = {
  '~standard': {
    version: /** @type {const} */ (1),
    vendor: 'example',
    types: /** @type {{ output: Order } | undefined} */ (undefined),
    validate: (/** @type {unknown} */ value) => {
      const { sku, count } = /** @type {Partial<Order>} */ (Object(value));
      const isOrder = typeof sku === 'string' && Number.isInteger(count);
      return isOrder ? { value } : { issues: [{ message: 'no order' }] };
    },
  },
};

// Whoever is refused is told when the handshake's time is over, and never why.
const shop = await createRuntime({ name: 'shop', timeouts: { handshakeMs: 3_000 } });
const till = await createRuntime({ name: 'till' });
shop.events$.subscribe(({ type, data }) => {
  if (/^peer\.(opened|banned|ended)$/.test(type)) console.log(type, data.rule ?? data.ending ?? '');
});

shop.peers.handle('order.place', { level: 'basic', input: order }, ({ sku, count }) => {
  if (sku === 'mate') throw new RequestRefusal('SOLD_OUT', `there is no ${sku}`);
  return { sku, cents: count * 350 };
});
shop.peers.handle('brew.watch', { level: 'basic', effect: 'read' }, async function* (sku) {
  for (const step of ['grinding', 'pouring', 'done']) yield `${sku}: ${step}`;
});
shop.peers.handle('shop.shut', { level: 'critical' }, () => console.log('nobody may'));

const { url } = await shop.peers.listen();
const peer = await till.peers.connect(url, { identity: shop.peers.id });

console.log(await peer.request('order.place', { sku: 'tea', count: 2 }));
const steps = await peer.request('brew.watch', 'tea');
for await (const step of /** @type {AsyncIterable<string>} */ (steps)) console.log(step);

/** @param {string} method @param {unknown} [payload] */
const ask = (method, payload) =>
  peer.request(method, payload, { timeoutMs: 500 }).catch((error) => {
    if (!(error instanceof HoldfastError)) throw error;
    console.log(`${method}: ${error.details.refusal ?? error.code}, ${error.message}`);
  });
await ask('order.place', { sku: 'mate', count: 1 });
await ask('order.place', { sku: 'tea', count: 'two' });
await ask('shop.shut');

// This prefix is the wire's own. To prove who one is takes a challenge of 32 bytes, and no text:
// whoever says that under its seal breaks the rules, and its identity is banned.
await ask('holdfast.prove', 'who are you?');
await ask('order.place', { sku: 'tea', count: 2 });
peer.close();
await till.peers.connect(url).catch(({ code }) => console.log(`connect: ${code}`));

await Promise.all([till.shutdown(), shop.shutdown()]);
