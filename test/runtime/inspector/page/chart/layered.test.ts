import { expect, it } from 'vitest';
import { closedAtFirst, graphOf } from '../../../../../runtime/inspector/page/chart/graph.ts';
import { layOutSimply } from '../../../../../runtime/inspector/page/chart/layered.ts';
import { orderChart, ringChart } from '../charts.ts';
import { faultsOf } from './faults.ts';

it('places each box in its holder, none over another', () => {
  for (const chart of [orderChart, ringChart(25, 19), ringChart(1, 1)]) {
    const graph = graphOf(chart, closedAtFirst(chart));
    expect(faultsOf(graph, layOutSimply(graph)), chart.hash).toEqual([]);
  }
});

it('places 500 states that are all open', () => {
  const graph = graphOf(ringChart(25, 19), new Set());
  expect(faultsOf(graph, layOutSimply(graph))).toEqual([]);
});

it('goes from left to right with the transitions', () => {
  const { boxes } = layOutSimply(graphOf(orderChart, new Set()));
  const left = (id: string) => boxes.get(id)?.x ?? 0;
  const order = ['idle', 'edge 1', 'working', 'edge 7', 'done'];
  expect([...order].sort((a, b) => left(a) - left(b))).toEqual(order);
});
