import { emit, setup } from 'xstate';

/**
 * @typedef {{ id: number, lines: readonly { cents: number }[] }} Order
 * @typedef {{ type: 'order.ship', order: Order } | { type: 'label.print' }} Command
 * @typedef {{ type: 'order.shipped', id: number, cents: number }} Shipped
 */

/** Ships orders, and has two bugs: it trusts what it is sent, and it throws in a timer. */
export const crasherMachine = setup({
  types: {
    events: /** @type {Command} */ ({}),
    emitted: /** @type {Shipped} */ ({}),
  },
  actions: {
    ship: emit((_, /** @type {Order} */ { id, lines }) => ({
      type: 'order.shipped',
      id,
      cents: lines.reduce((sum, { cents }) => sum + cents, 0),
    })),
    printLater: () => {
      setTimeout(() => {
        throw new Error('the label printer is on fire (thrown in a timer)');
      }, 20);
    },
  },
}).createMachine({
  id: 'crasher',
  initial: 'ready',
  states: {
    ready: {
      on: {
        'order.ship': { actions: { type: 'ship', params: ({ event }) => event.order } },
        'label.print': { actions: 'printLater' },
      },
    },
  },
});
