import ELK, { type ElkNode as ElkInput } from 'elkjs/lib/elk.bundled.js';
import { expect, it } from 'vitest';
import { type ElkNode, fromElk, toElk } from '../../../../../runtime/inspector/page/chart/elk.ts';
import {
  type Box,
  closedAtFirst,
  graphOf,
} from '../../../../../runtime/inspector/page/chart/graph.ts';
import { orderChart, ringChart } from '../charts.ts';
import { faultsOf } from './faults.ts';

const engine = new ELK.default();

async function laidOut(chart: typeof orderChart) {
  const graph = graphOf(chart, closedAtFirst(chart));
  const done = await engine.layout(structuredClone(toElk(graph)) as ElkInput);
  return { graph, placed: fromElk(done as ElkNode) };
}

it('lets the engine place each box in its holder, and no label over another', async () => {
  const { graph, placed } = await laidOut(orderChart);
  expect(faultsOf(graph, placed)).toEqual([]);
});

it('begins at the top with the state that a chart begins in', async () => {
  const { placed } = await laidOut(orderChart);
  const top = (id: string) => placed.boxes.get(id)?.y ?? 0;
  expect(top('idle')).toBeLessThan(top('working'));
  expect(top('working.pay.asking')).toBeLessThan(top('working.pay.paid'));
});

it('makes a state as wide as its own words, whatever is within', async () => {
  const chart = ringChart(2, 1);
  const states = chart.root.states.map((state) => ({ ...state, entry: ['x'.repeat(30)] }));
  const { graph, placed } = await laidOut({ ...chart, root: { ...chart.root, states } });
  expect(faultsOf(graph, placed)).toEqual([]);
  expect(placed.boxes.get('part0')?.width).toBeGreaterThan(250);
});

it('places a chart of 500 states', async () => {
  const { graph, placed } = await laidOut(ringChart(25, 19));
  expect(faultsOf(graph, placed)).toEqual([]);
});

it('is told the sizes that the boxes have', () => {
  const { root } = graphOf(orderChart, new Set());
  const sizes = new Map<string, number>();
  const visit = ({ id, width = 0, children = [] }: ElkNode): void => {
    sizes.set(id, width);
    children.forEach(visit);
  };
  visit(toElk(graphOf(orderChart, new Set())));
  const check = (box: Box): void => {
    if (box.is === 'state' && box.within.length > 0) box.within.forEach(check);
    else expect(sizes.get(`:${box.id}`)).toBe(box.width);
  };
  check(root);
});
