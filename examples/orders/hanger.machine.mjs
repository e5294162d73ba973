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

/** Tracks one parcel at a time, and has a bug: it waits for an answer for as long as that takes. */
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
  },
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
      },
    },
  },
});
