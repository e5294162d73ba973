import { expect, it } from 'vitest';
import {
  type Box,
  closedAtFirst,
  graphOf,
  type StateBox,
} from '../../../../../runtime/inspector/page/chart/graph.ts';
import { orderChart, ringChart } from '../charts.ts';

const none: ReadonlySet<string> = new Set();

function boxesIn(box: Box, holder = '-'): readonly (readonly [id: string, holder: string])[] {
  const own = [[box.id, holder]] as const;
  return box.is === 'state' ? [...own, ...box.within.flatMap((one) => boxesIn(one, box.id))] : own;
}

function find(root: StateBox, id: string): StateBox | undefined {
  if (root.id === id) return root;
  for (const box of root.within) {
    const found = box.is === 'state' ? find(box, id) : undefined;
    if (found) return found;
  }
  return undefined;
}

it('draws each transition as a box where both its ends are within', () => {
  const holders = Object.fromEntries(boxesIn(graphOf(orderChart, none).root));
  const edges = orderChart.edges.map((_, index) => holders[`edge ${index}`]);
  expect(edges).toEqual([
    '',
    '',
    undefined,
    'working.pay',
    '',
    'working.pack',
    'working.pack',
    '',
    '',
    '',
    '',
  ]);
});

it('links each box with its source and all its targets', () => {
  const { lines } = graphOf(orderChart, none);
  const of = (edge: number) =>
    lines.filter((line) => line.edge === edge).map(({ from, to }) => `${from} > ${to}`);
  expect(of(6)).toEqual(['working.pack.picking > edge 6', 'edge 6 > working.pack.picking']);
  expect(of(9)).toEqual([
    'failed > edge 9',
    'edge 9 > working.pay.asking',
    'edge 9 > working.pack.picking',
  ]);
});

it('tells in the state itself what leads nowhere else', () => {
  const idle = find(graphOf(orderChart, none).root, 'idle');
  expect(idle?.rows).toEqual([
    { means: 'tags', text: '#ready' },
    { means: 'edge', text: 'order.placed / tellNoStock', edge: 2 },
  ]);
});

it('leads to a closed state what leads into it, and leaves out what is within', () => {
  const graph = graphOf(orderChart, new Set(['working']));
  const working = find(graph.root, 'working');
  expect({ within: working?.within, title: working?.title }).toEqual({
    within: [],
    title: 'working (6)',
  });
  const ends = graph.lines
    .flatMap(({ from, to }) => [from, to])
    .filter((id) => /^working/.test(id));
  expect(new Set(ends)).toEqual(new Set(['working']));
  const edges = [...new Set(graph.lines.flatMap(({ edge = [] }) => edge))];
  expect(edges).toEqual([0, 1, 4, 7, 8, 9, 10]);
});

it('keeps room behind what leads nowhere else for how often it was taken', () => {
  const idle = find(graphOf(orderChart, none).root, 'idle');
  const text = 'order.placed / tellNoStock ×9999';
  expect(idle?.width).toBeGreaterThanOrEqual(text.length * 6.9 + 2 * 12);
});

it('is another picture when something else is closed', () => {
  const keys = [none, new Set(['working']), new Set(['working.pay', 'working'])];
  expect(new Set(keys.map((closed) => graphOf(orderChart, closed).key)).size).toBe(3);
});

it('closes what a chart of 500 states holds, so that it can be looked at', () => {
  const chart = ringChart(25, 19);
  const { root } = graphOf(chart, closedAtFirst(chart));
  expect(boxesIn(root).filter(([id]) => id.startsWith('part'))).toHaveLength(25);
  expect(closedAtFirst(orderChart)).toEqual(new Set());
});

it('has room for its words, and cuts those that are too long', () => {
  const long = { ...orderChart, root: { ...orderChart.root, key: 'x'.repeat(10_000) } };
  const { root } = graphOf(long, none);
  expect(root.title).toHaveLength(42);
  expect(root.width).toBeLessThan(500);
});
