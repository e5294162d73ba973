import { expect, it } from 'vitest';
import { type StateNode, setup } from 'xstate';
import type { Chart } from '../../../../../runtime/chart.ts';
import { machineOf } from '../../../../../runtime/inspector/page/chart/machine.ts';
import { orderChart, ringChart } from '../charts.ts';
import { doorChart } from '../steps.ts';

/** The chart of a real machine that is made of it, as far as both tell it. */
function remade(chart: Chart) {
  const config = JSON.parse(JSON.stringify(machineOf(chart)));
  const { root } = setup({}).createMachine(config);
  const states: string[] = [];
  const edges: string[] = [];
  const visit = (node: StateNode): void => {
    states.push(node.path.join('.'));
    for (const [, transitions] of node.transitions) {
      for (const { target = [], guard, actions } of transitions) {
        const to = target.map((one) => one.path.join('.')).join(', ');
        const words = [guard, ...actions].map((one) => nameOf(one)).join(' ');
        edges.push(`${node.path.join('.')} -> ${to} ${words}`.trim());
      }
    }
    for (const { target = [], guard, actions } of node.always ?? []) {
      const to = target.map((one) => one.path.join('.')).join(', ');
      const words = [guard, ...actions].map((one) => nameOf(one)).join(' ');
      edges.push(`${node.path.join('.')} -> ${to} ${words}`.trim());
    }
    Object.values(node.states).forEach(visit);
  };
  visit(root as StateNode);
  return { states, edges: edges.sort(), events: root.machine.events };
}

function nameOf(named: unknown): string {
  const { type = '' } = (named ?? {}) as { readonly type?: string };
  return type;
}

const told = (chart: Chart) =>
  chart.edges
    .map(({ source, targets, guard = '', actions }) =>
      `${source} -> ${targets.join(', ')} ${[guard, ...actions].join(' ')}`.trim(),
    )
    .sort();

it('is the machine of the chart: the same states, and edges between them', () => {
  for (const chart of [doorChart, orderChart, ringChart(3, 3)]) {
    const { states, edges } = remade(chart);
    expect(states).toEqual(chart.states);
    expect(edges).toEqual(told(chart));
  }
});

it('says what an edge waits for: an event, time, an invoked actor, all regions', () => {
  const events = remade(orderChart).events;
  expect([...events].sort()).toEqual([
    'item.picked',
    'order.lost',
    'order.placed',
    'order.retried',
    'xstate.after.30000.state working',
    'xstate.done.actor.working.pay.asking invokes 0',
    'xstate.done.state.state working',
    'xstate.error.actor.working.pay.asking invokes 0',
  ]);
});

it('keeps tags, entries, exits and kinds', () => {
  const { states = {} } = machineOf(orderChart);
  expect(states.idle?.tags).toEqual(['ready']);
  expect(states.working).toMatchObject({
    type: 'parallel',
    entry: [{ type: 'startClock' }],
    exit: [{ type: 'stopClock' }],
  });
  expect(states.done?.type).toBe('final');
});
