/** Events that need no answer, questions that do, and events that nobody handled. */
import { createRuntime, HoldfastError } from 'holdfast';
import { emit, setup } from 'xstate';

/** @typedef {{ type: 'pour', cup: string } | { type: 'taste' } | { type: 'dance' }} Order */

const barista = setup({
  types: {
    events: /** @type {Order} */ ({}),
    emitted: /** @type {{ type: 'poured', cup: string }} */ ({}),
  },
  actions: {
    answer: emit((_, /** @type {string} */ cup) => ({ type: 'poured', cup })),
  },
}).createMachine({
  id: 'barista',
  on: {
    pour: { actions: { type: 'answer', params: ({ event }) => event.cup } },
    taste: {},
  },
});

const rt = await createRuntime({ name: 'ask' });
const handle = rt.supervisor('bar').start('barista', barista, { mailbox: { eventsMax: 3 } });

console.log('tell:', handle.tell({ type: 'pour', cup: 'tea' }));
console.log('ask:', await handle.ask({ type: 'pour', cup: 'mate' }, { reply: 'poured' }));

/** @param {Order} order */
const ask = (order) =>
  handle.ask(order, { reply: 'poured', timeoutMs: 100 }).catch((error) => {
    if (!(error instanceof HoldfastError)) throw error;
    console.log(`ask ${order.type}: ${error.code}, ${error.message}`);
  });
await ask({ type: 'taste' });
await ask({ type: 'dance' });

for (const cup of ['1', '2', '3', '4']) {
  console.log('tell', cup, handle.tell({ type: 'pour', cup }));
}
await handle.stop();
console.log('tell:', handle.tell({ type: 'pour', cup: 'late' }));

console.log('dead letters:', rt.deadLetters.total, rt.deadLetters.byReason);
for (const { subject, reason, event } of rt.deadLetters.recent) {
  console.log(`  ${reason}: ${event?.type} for ${subject}`);
}

await rt.shutdown();
