import { assign, setup } from 'xstate';
import { inspector } from '../../../runtime/inspector/index.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';

const nothing = (): void => {};
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Sells until it is closed, and breaks when it is told to. */
const till = setup({
  types: {} as {
    context: { sold: number; card: string };
    events: { type: 'till.sell' | 'till.close' | 'till.open' | 'till.jam' };
  },
  actions: {
    count: assign({ sold: ({ context }) => context.sold + 1 }),
    jam: () => {
      throw new Error('the drawer is stuck');
    },
  },
}).createMachine({
  id: 'till',
  context: { sold: 0, card: 'what a customer said' },
  initial: 'open',
  states: {
    open: {
      tags: 'selling',
      on: { 'till.sell': { actions: 'count' }, 'till.close': 'closed' },
    },
    closed: { on: { 'till.open': 'open' } },
  },
  on: { 'till.jam': { actions: 'jam' } },
});

/** A small service on loopback, with an inspector that may command. */
export async function openShop() {
  const rt = await createRuntime({
    name: 'shop',
    world: nodeWorld({ log: quiet }),
    diagnostics: { port: 0 },
    inspector: inspector({ control: true }),
  });
  const desk = rt.supervisor('desk', { restartsMax: 100 });
  const handle = desk.start('till', till);
  const prices = rt.breaker('prices');
  const { inspectorUrl: url = '', inspectorControlUrl: controlUrl = '' } = rt;
  return { rt, desk, till: handle, prices, url, controlUrl };
}
