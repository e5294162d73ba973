import { assign, emit, fromPromise, setup } from 'xstate';
import { fetchJson } from './fetch-json.mjs';

/**
 * @typedef {{ type: 'parcel.track', parcel: string, correlationId?: string }} Track
 * @typedef {{ type: 'parcel.tracked', at: string, correlationId: string | undefined }} Tracked
 * @typedef {{ urlOf: () => string | undefined }} Input
 * @typedef {{ parcel: string, correlationId: string | undefined }} Asked
 */

/**
 * @param {unknown} value
 * @returns {value is { at: string }}
 */
const isPlace = (value) =>
  typeof value === 'object' && value !== null && 'at' in value && typeof value.at === 'string';

const place = fromPromise(
  /** @param {{ input: { url: string | undefined, parcel: string }, signal: AbortSignal }} args */
  async ({ input: { url, parcel }, signal }) => {
    const { at } = await fetchJson(url, `/parcels/${parcel}`, isPlace, signal);
    return at;
  },
);

/** Tracks parcels. A request that never ends: the deadline of the chart fails it, and aborts it. */
export const hangerMachine = setup({
  types: {
    context: /** @type {Input & Asked} */ ({}),
    events: /** @type {Track} */ ({}),
    emitted: /** @type {Tracked} */ ({}),
    input: /** @type {Input} */ ({}),
  },
  actors: { place },
  actions: {
    take: assign((_, /** @type {Asked} */ asked) => asked),
    answer: emit(({ context }, /** @type {{ at: string }} */ { at }) => ({
      type: 'parcel.tracked',
      at,
      correlationId: context.correlationId,
    })),
    fail: (_, /** @type {{ because: string }} */ { because }) => {
      throw new Error(because);
    },
  },
  delays: { trackMs: 600 },
}).createMachine({
  id: 'hanger',
  context: ({ input }) => ({ urlOf: input.urlOf, parcel: '', correlationId: undefined }),
  initial: 'idle',
  states: {
    idle: {
      on: {
        'parcel.track': {
          target: 'tracking',
          actions: {
            type: 'take',
            params: ({ event: { parcel, correlationId } }) => ({ parcel, correlationId }),
          },
        },
      },
    },
    tracking: {
      invoke: {
        src: 'place',
        input: ({ context }) => ({ url: context.urlOf(), parcel: context.parcel }),
        onDone: {
          target: 'idle',
          actions: { type: 'answer', params: ({ event }) => ({ at: event.output }) },
        },
        onError: {
          target: 'idle',
          actions: { type: 'answer', params: { at: 'nobody knows' } },
        },
      },
      after: {
        trackMs: {
          actions: { type: 'fail', params: { because: 'still tracking after 600 ms' } },
        },
      },
    },
  },
});
