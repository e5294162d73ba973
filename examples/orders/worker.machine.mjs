import { assign, emit, fromPromise, setup } from 'xstate';
import { fetchJson, wordsOf } from './fetch-json.mjs';

/**
 * @typedef {{ type: 'order.quote', sku: string, correlationId?: string }} Quote
 * @typedef {{ type: 'order.quoted', from: 'upstream' | 'cache' | 'nobody', cents?: number,
 *   because: string, correlationId: string | undefined }} Quoted
 * @typedef {{ urlOf: () => string | undefined,
 *   cachedCents: (sku: string) => number | undefined }} Input
 * @typedef {{ sku: string, correlationId: string | undefined }} Order
 */

/**
 * @param {unknown} value
 * @returns {value is { sku: string, cents: number }}
 */
const isPrice = (value) =>
  typeof value === 'object' &&
  value !== null &&
  'sku' in value &&
  'cents' in value &&
  Number.isInteger(value.cents);

const price = fromPromise(
  /** @param {{ input: { url: string | undefined, sku: string }, signal: AbortSignal }} args */
  async ({ input: { url, sku }, signal }) => {
    const { cents } = await fetchJson(url, `/prices/${sku}`, isPrice, signal);
    return cents;
  },
);

/**
 * Quotes one price at a time. What an upstream may do to it is a state, not a crash: it backs off
 * and answers from the cache meanwhile.
 */
export const workerMachine = setup({
  types: {
    context: /** @type {Input & { order: Order, because: string }} */ ({}),
    events: /** @type {Quote} */ ({}),
    emitted: /** @type {Quoted} */ ({}),
    input: /** @type {Input} */ ({}),
    tags: /** @type {'degraded'} */ ('degraded'),
  },
  actors: { price },
  actions: {
    take: assign((_, /** @type {Order} */ { sku, correlationId }) => ({
      order: { sku, correlationId },
    })),
    answer: emit(({ context }, /** @type {{ cents: number }} */ { cents }) => ({
      type: 'order.quoted',
      from: 'upstream',
      cents,
      because: '',
      correlationId: context.order.correlationId,
    })),
    refuse: emit((_, /** @type {Order} */ { correlationId }) => ({
      type: 'order.quoted',
      from: 'nobody',
      because: 'busy',
      correlationId,
    })),
    blame: assign((_, /** @type {{ because: string }} */ { because }) => ({ because })),
    answerFromCache: emit(({ context }, /** @type {Order | undefined} */ asked) => {
      const { sku, correlationId } = asked ?? context.order;
      const cents = context.cachedCents(sku);
      const because = context.because;
      return cents === undefined
        ? { type: 'order.quoted', from: 'nobody', because, correlationId }
        : { type: 'order.quoted', from: 'cache', cents, because, correlationId };
    }),
  },
  delays: { fetchMs: 300, restMs: 600 },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({
    ...input,
    order: { sku: '', correlationId: undefined },
    because: '',
  }),
  initial: 'idle',
  states: {
    idle: {
      on: {
        'order.quote': {
          target: 'fetching',
          actions: { type: 'take', params: ({ event }) => orderOf(event) },
        },
      },
    },
    fetching: {
      invoke: {
        src: 'price',
        input: ({ context }) => ({ url: context.urlOf(), sku: context.order.sku }),
        onDone: {
          target: 'idle',
          actions: { type: 'answer', params: ({ event }) => ({ cents: event.output }) },
        },
        onError: {
          target: 'backingOff',
          actions: [
            { type: 'blame', params: ({ event }) => ({ because: wordsOf(event.error) }) },
            { type: 'answerFromCache', params: undefined },
          ],
        },
      },
      on: {
        'order.quote': { actions: { type: 'refuse', params: ({ event }) => orderOf(event) } },
      },
      after: {
        fetchMs: {
          target: 'backingOff',
          actions: [
            { type: 'blame', params: { because: 'no answer within 300 ms' } },
            { type: 'answerFromCache', params: undefined },
          ],
        },
      },
    },
    backingOff: {
      tags: 'degraded',
      on: {
        'order.quote': {
          actions: { type: 'answerFromCache', params: ({ event }) => orderOf(event) },
        },
      },
      after: { restMs: 'idle' },
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
