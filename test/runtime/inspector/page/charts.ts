import type { Chart, ChartEdge, ChartState } from '../../../../runtime/chart.ts';

const state = (path: string, more: Partial<ChartState> = {}): ChartState => ({
  path,
  key: path.slice(path.lastIndexOf('.') + 1),
  type: 'atomic',
  tags: [],
  entry: [],
  exit: [],
  invoke: [],
  states: [],
  ...more,
});

const edge = (
  source: string,
  event: string,
  targets: readonly string[],
  more: Partial<ChartEdge> = {},
): ChartEdge => ({
  name: targets.length === 0 ? `${source} ${event}` : `${source} ${event} -> ${targets.join(', ')}`,
  source,
  event,
  actions: [],
  targets,
  reenter: false,
  ...more,
});

const pathsOf = ({ path, states }: ChartState): readonly string[] => [
  path,
  ...states.flatMap(pathsOf),
];

/** A chart with something of everything: an order is paid and packed at once. */
const order = state('', {
  key: 'order',
  type: 'compound',
  initial: 'idle',
  states: [
    state('idle', { tags: ['ready'] }),
    state('working', {
      type: 'parallel',
      entry: ['startClock'],
      exit: ['stopClock'],
      states: [
        state('working.pay', {
          type: 'compound',
          initial: 'asking',
          states: [
            state('working.pay.asking', { invoke: ['payment'] }),
            state('working.pay.paid', { type: 'final' }),
          ],
        }),
        state('working.pack', {
          type: 'compound',
          initial: 'picking',
          states: [state('working.pack.picking'), state('working.pack.packed', { type: 'final' })],
        }),
      ],
    }),
    state('done', { type: 'final' }),
    state('failed'),
  ],
});

export const orderChart: Chart = {
  hash: '0rder',
  id: 'order',
  states: pathsOf(order),
  root: order,
  edges: [
    edge('', 'order.lost', ['failed']),
    edge('idle', 'order.placed', ['working'], { guard: 'hasStock', actions: ['reserve', 'log'] }),
    edge('idle', 'order.placed', [], { actions: ['tellNoStock'] }),
    edge('working.pay.asking', 'done payment', ['working.pay.paid']),
    edge('working.pay.asking', 'error payment', ['failed']),
    edge('working.pack.picking', 'item.picked', ['working.pack.packed'], { guard: 'isLast' }),
    edge('working.pack.picking', 'item.picked', ['working.pack.picking'], { reenter: true }),
    edge('working', 'done order.working', ['done']),
    edge('working', 'after 30000 ms', ['failed']),
    edge('failed', 'order.retried', ['working.pay.asking', 'working.pack.picking']),
    edge('failed', 'always', ['idle'], { guard: 'isForgiven' }),
  ],
  more: 0,
};

/** A ring of `parts` compound states, each a ring of `steps`. */
export function ringChart(parts: number, steps: number): Chart {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  const root = state('', {
    key: 'ring',
    type: 'compound',
    initial: 'part0',
    states: numbers(parts).map((part) =>
      state(`part${part}`, {
        type: 'compound',
        initial: 'step0',
        states: numbers(steps).map((step) => state(`part${part}.step${step}`)),
      }),
    ),
  });
  const edges = numbers(parts).flatMap((part) => [
    edge(`part${part}`, 'leave', [`part${(part + 1) % parts}`]),
    ...numbers(steps).map((step) =>
      edge(`part${part}.step${step}`, 'next', [`part${part}.step${(step + 1) % steps}`]),
    ),
  ]);
  return { hash: `r1ng${parts}.${steps}`, id: 'ring', states: pathsOf(root), root, edges, more: 0 };
}
