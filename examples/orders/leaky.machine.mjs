import { assign, emit, setup } from 'xstate';

/**
 * @typedef {{ type: 'leaky.keep' } | { type: 'leaky.weigh' }} Command
 * @typedef {{ type: 'leaky.kept', mebibytes: number }} Kept
 */

const MEBIBYTE = 1024 * 1024;
const MEBIBYTES_MAX = 8;

/** Keeps a mebibyte per order and never gives one back, until it holds more than it may. */
export const leakyMachine = setup({
  types: {
    context: /** @type {{ kept: readonly Uint8Array[] }} */ ({}),
    events: /** @type {Command} */ ({}),
    emitted: /** @type {Kept} */ ({}),
  },
  actions: {
    keep: assign({ kept: ({ context }) => [...context.kept, new Uint8Array(MEBIBYTE)] }),
    checkWeight: ({ context }) => {
      const { length } = context.kept;
      if (length > MEBIBYTES_MAX) {
        throw new Error(`holds ${length} MiB of at most ${MEBIBYTES_MAX}`);
      }
    },
    tellWeight: emit(({ context }) => ({ type: 'leaky.kept', mebibytes: context.kept.length })),
  },
}).createMachine({
  id: 'leaky',
  context: { kept: [] },
  initial: 'keeping',
  states: {
    keeping: {
      on: {
        'leaky.keep': { actions: ['keep', 'checkWeight', 'tellWeight'] },
        'leaky.weigh': { actions: 'tellWeight' },
      },
    },
  },
});

/** Orders that bring one incarnation down. */
export const ORDERS_PER_FAILURE = MEBIBYTES_MAX + 1;

/** Stands beside the leaky one and goes down with it, for they share a shelf. */
export const shelfMachine = setup({}).createMachine({
  id: 'shelf',
  initial: 'standing',
  states: { standing: {} },
});
