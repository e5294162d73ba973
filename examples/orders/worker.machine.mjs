import { assign, emit, fromPromise, setup } from 'xstate';

/** @typedef {import('./upstream-calls.mjs').Quote} Answer */
/** @typedef {import('./upstream-calls.mjs').QuoteCall} QuoteCall */
/** @typedef {{ type: 'order.quote', sku: string, correlationId?: string }} Quote */
/** @typedef {Answer & { type: 'order.quoted', correlationId: string | undefined }} Quoted */
/** @typedef {{ quote: QuoteCall }} Input */
/** @typedef {{ sku: string, correlationId: string | undefined }} Order */

const price = fromPromise(
  /** @param {{ input: Input & Order, signal: AbortSignal }} args */
  ({ input: { quote, sku }, signal }) => quote(sku, { signal }),
);

/** Quotes one price at a time; who asks meanwhile is refused. Of failures it need know nothing. */
export const workerMachine = setup({
  types: {
    context: /** @type {Input & { order: Order }} */ ({}),
    events: /** @type {Quote} */ ({}),
    emitted: /** @type {Quoted} */ ({}),
    input: /** @type {Input} */ ({}),
  },
  actors: { price },
  actions: {
    take: assign((_, /** @type {Order} */ { sku, correlationId }) => ({
      order: { sku, correlationId },
    })),
    answer: emit(({ context }, /** @type {Answer} */ answer) => ({
      type: 'order.quoted',
      ...answer,
      correlationId: context.order.correlationId,
    })),
    refuse: emit((_, /** @type {Order} */ { correlationId }) => ({
      type: 'order.quoted',
      from: 'nobody',
      cents: undefined,
      because: 'busy',
      correlationId,
    })),
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ ...input, order: { sku: '', correlationId: undefined } }),
  initial: 'idle',
  states: {
    idle: {
      on: {
        'order.quote': {
          target: 'quoting',
          actions: { type: 'take', params: ({ event }) => orderOf(event) },
        },
      },
    },
    quoting: {
      invoke: {
        src: 'price',
        input: ({ context: { quote, order } }) => ({ quote, ...order }),
        onDone: {
          target: 'idle',
          actions: { type: 'answer', params: ({ event }) => event.output },
        },
      },
      on: {
        'order.quote': { actions: { type: 'refuse', params: ({ event }) => orderOf(event) } },
      },
    },
  },
});

/**
 * @param {Quote} event
 * @returns {Order}
 */
function orderOf({ sku, correlationId }) {
  return { sku, correlationId };
}
