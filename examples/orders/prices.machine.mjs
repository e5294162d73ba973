import { assign, fromPromise, setup } from 'xstate';
import { fetchJson, wordsOf } from './fetch-json.mjs';

/** @typedef {Readonly<Record<string, number>>} Cents in cents, by sku */
/** @typedef {{ urlOf: () => string | undefined }} Input */

/**
 * @param {unknown} value
 * @returns {value is { cents: Cents }}
 */
const isPriceList = (value) =>
  typeof value === 'object' && value !== null && 'cents' in value && isCents(value.cents);

/** @param {unknown} cents */
const isCents = (cents) =>
  typeof cents === 'object' && cents !== null && Object.values(cents).every(Number.isInteger);

const priceList = fromPromise(
  /** @param {{ input: Input, signal: AbortSignal }} args */
  async ({ input, signal }) => {
    const { cents } = await fetchJson(input.urlOf(), '/prices', isPriceList, signal);
    return cents;
  },
);

/** A cache of all prices: what workers answer from while the upstream does not. */
export const pricesMachine = setup({
  types: {
    context: /** @type {Input & { cents: Cents, atMs: number, because: string }} */ ({}),
    input: /** @type {Input} */ ({}),
    tags: /** @type {'degraded'} */ ('degraded'),
  },
  actors: { priceList },
  actions: {
    keep: assign((_, /** @type {Cents} */ cents) => ({ cents, atMs: Date.now() })),
    blame: assign((_, /** @type {{ because: string }} */ blame) => blame),
  },
  delays: { refreshMs: 500, deadlineMs: 400, restMs: 300 },
}).createMachine({
  id: 'prices',
  context: ({ input }) => ({ urlOf: input.urlOf, cents: {}, atMs: Date.now(), because: '' }),
  initial: 'empty',
  states: {
    empty: { after: { restMs: 'refreshing' } },
    refreshing: {
      invoke: {
        src: 'priceList',
        input: ({ context }) => ({ urlOf: context.urlOf }),
        onDone: {
          target: 'fresh',
          actions: { type: 'keep', params: ({ event }) => event.output },
        },
        onError: {
          target: 'stale',
          actions: { type: 'blame', params: ({ event }) => ({ because: wordsOf(event.error) }) },
        },
      },
      after: {
        deadlineMs: {
          target: 'stale',
          actions: { type: 'blame', params: { because: 'no answer within 400 ms' } },
        },
      },
    },
    fresh: { after: { refreshMs: 'refreshing' } },
    stale: { tags: 'degraded', after: { restMs: 'refreshing' } },
  },
});
