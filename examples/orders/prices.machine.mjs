import { assign, fromPromise, setup } from 'xstate';
import { becauseOf } from './fetch-json.mjs';

/** @typedef {import('./upstream-calls.mjs').Cents} Cents */
/** @typedef {import('./upstream-calls.mjs').PricesCall} PricesCall */
/** @typedef {{ listPrices: PricesCall }} Input */

const priceList = fromPromise(
  /** @param {{ input: Input, signal: AbortSignal }} args */
  ({ input: { listPrices }, signal }) => listPrices({ signal }),
);

/**
 * A cache of all prices: what callers get while the upstream does not answer. `because` says why
 * it is stale, if it is.
 */
export const pricesMachine = setup({
  types: {
    context: /** @type {Input & { cents: Cents, because: string }} */ ({}),
    input: /** @type {Input} */ ({}),
  },
  actors: { priceList },
  actions: {
    keep: assign((_, /** @type {{ cents: Cents }} */ { cents }) => ({ cents, because: '' })),
    blame: assign((_, /** @type {{ because: string }} */ { because }) => ({ because })),
  },
  delays: { refreshMs: 500 },
}).createMachine({
  id: 'prices',
  context: ({ input }) => ({ ...input, cents: {}, because: '' }),
  initial: 'resting',
  states: {
    resting: { after: { refreshMs: 'refreshing' } },
    refreshing: {
      invoke: {
        src: 'priceList',
        input: ({ context: { listPrices } }) => ({ listPrices }),
        onDone: {
          target: 'resting',
          actions: { type: 'keep', params: ({ event }) => ({ cents: event.output }) },
        },
        onError: {
          target: 'resting',
          actions: { type: 'blame', params: ({ event }) => ({ because: becauseOf(event.error) }) },
        },
      },
    },
  },
});
