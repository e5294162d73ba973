import { expect, it } from 'vitest';
import { type AnyStateMachine, setup } from 'xstate';
import { chartOf } from '../../../runtime/chart-of.ts';
import { statesIn, ToldCharts } from '../../../runtime/inspector/told-charts.ts';

const named = (id: string): AnyStateMachine =>
  setup({}).createMachine({ id, initial: 'off', states: { off: {}, on: {} } });

it('are told once, those that are drawn alike too, in the order in which they came', () => {
  const charts = new ToldCharts();
  const [lamp, door] = [named('lamp'), named('door')];
  const at = [lamp, door, named('lamp'), lamp].map((machine) => charts.of(machine)?.at);
  expect([at, charts.takeFresh(), charts.takeFresh()]).toEqual([
    [0, 1, 0, 0],
    [chartOf(lamp), chartOf(door)],
    [],
  ]);
  charts.of(named('gate'));
  expect([charts.takeFresh().map(({ id }) => id), charts.all.length]).toEqual([['gate'], 3]);
});

it('are 1,000 at most, and none of what is no machine', () => {
  const charts = new ToldCharts();
  const at = Array.from({ length: 1_001 }, (_, nth) => charts.of(named(`m${nth}`))?.at);
  expect([at[999], at[1_000]]).toEqual([999, undefined]);
  expect(charts.of(Object('no machine'))).toBeUndefined();
});

it('say where the states of a value stand', () => {
  const chart = new ToldCharts().of(named('lamp'));
  expect(chart && [statesIn(chart, 'on'), statesIn(chart, 'gone')]).toEqual([[2], []]);
});
