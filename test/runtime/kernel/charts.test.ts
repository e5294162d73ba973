import { describe, expect, it } from 'vitest';
import { emit, setup } from 'xstate';
import type { Chart } from '../../../actors/world.ts';
import { Charts } from '../../../runtime/kernel/charts.ts';
import { Kernel } from '../../../runtime/kernel/kernel.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { supervisorOptions } from '../../../runtime/options/supervisor.ts';
import { simWorld } from '../../../runtime/sim/world.ts';

const gateMachine = setup({
  types: {
    events: {} as { type: 'open' } | { type: 'close' } | { type: 'boom' },
    emitted: {} as { type: 'opened' } | { type: 'closed' },
    input: {} as { closeMs: number },
    context: {} as { closeMs: number },
  },
  actions: {
    boom: () => {
      throw new Error('boom');
    },
  },
  delays: { closeMs: ({ context }) => context.closeMs },
}).createMachine({
  context: ({ input }) => input,
  initial: 'shut',
  on: { boom: { actions: 'boom' } },
  states: {
    shut: { on: { open: 'open' } },
    open: {
      entry: emit({ type: 'opened' }),
      exit: emit({ type: 'closed' }),
      after: { closeMs: 'shut' },
      on: { close: 'shut' },
    },
  },
});

function house() {
  const world = simWorld({ seed: 1 });
  const options = runtimeOptions.parse({});
  const kernel = new Kernel(world, options, supervisorOptions.parse({}), () => {});
  const facts: unknown[] = [];
  kernel.facts.events$.subscribe(({ type, subject, data }) => facts.push([type, subject, data]));
  const charts = new Charts(kernel, world.random.stream('charts'));
  const seen: string[] = [];
  const start = (react: (chart: Chart<typeof gateMachine>, type: string) => void = () => {}) => {
    const chart: Chart<typeof gateMachine> = charts.startChart(gateMachine, {
      id: 'gate',
      input: { closeMs: 100 },
      onMoved: ({ value }) => seen.push(String(value)),
      onEmitted: ({ type }) => {
        seen.push(type);
        react(chart, type);
      },
    });
    return chart;
  };
  return { kernel, charts, clock: world.clock, seen, start, facts };
}

describe('a chart in the runtime', () => {
  it('moves on the stack of whoever sends, and tells what it emits once it has moved', () => {
    const { seen, start } = house();
    const chart = start();
    chart.send({ type: 'open' });
    expect([chart.snapshot.value, seen]).toEqual(['open', ['shut', 'open', 'opened']]);
  });

  it('moves by its timers too, and holds none once it is stopped', () => {
    const { seen, start, clock } = house();
    const chart = start();
    chart.send({ type: 'open' });
    clock.advance(100);
    expect(seen).toEqual(['shut', 'open', 'opened', 'shut', 'closed']);
    chart.send({ type: 'open' });
    chart.stop();
    expect(clock.pending).toBe(0);
  });

  it('hears at once what is sent by whoever hears of a move', () => {
    const { seen, start } = house();
    const chart = start((gate, type) => {
      if (type === 'opened') gate.send({ type: 'close' });
    });
    chart.send({ type: 'open' });
    expect(seen).toEqual(['shut', 'open', 'opened', 'shut', 'closed']);
  });

  it('goes on from where it is said to', () => {
    const { charts } = house();
    const from = gateMachine.resolveState({ value: 'open', context: { closeMs: 5 } });
    const chart = charts.startChart(gateMachine, {
      id: 'gate',
      input: { closeMs: 100 },
      from,
      onMoved: () => {},
      onEmitted: () => {},
    });
    expect([chart.snapshot.value, chart.snapshot.context]).toEqual(['open', { closeMs: 5 }]);
  });

  it('that fails is a defect, which is told and hurts nobody', () => {
    const { start, facts } = house();
    const chart = start();
    chart.send({ type: 'boom' });
    expect(facts).toEqual([
      ['runtime.fault', undefined, { error: { name: 'Error', message: 'boom' } }],
    ]);
  });
});

describe('a fact that an actor of the house tells', () => {
  it('has its error described, and none if there was none', () => {
    const { charts, facts } = house();
    charts.tell('breaker.opened', 'psp', { error: new TypeError('no'), openings: 1 });
    charts.tell('breaker.opened', 'psp', { error: undefined });
    expect(facts).toEqual([
      ['breaker.opened', 'psp', { openings: 1, error: { name: 'TypeError', message: 'no' } }],
      ['breaker.opened', 'psp', {}],
    ]);
  });
});
