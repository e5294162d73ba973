import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { LiveCharts } from '../../../runtime/kernel/live-charts.ts';
import { system, Witness } from './system.ts';

const chart = setup({}).createMachine({});

function house() {
  const { adapter } = system();
  const charts = new LiveCharts();
  const ref = () => adapter.create(chart, new Witness('chart', []), adapter.root, { id: 'peer' });
  return { charts, ref, names: () => [...charts].map(({ name }) => name) };
}

it('charts of one id that run beside each other have numbers; who comes alone has none', () => {
  const { charts, ref, names } = house();
  const [one, two] = [ref(), ref()];
  charts.begin('peer', one);
  charts.begin('peer', two);
  charts.begin('load', ref());
  expect(names()).toEqual(['peer', 'peer 2', 'load']);
  charts.end(one);
  charts.begin('peer', ref());
  expect(names()).toEqual(['peer 2', 'load', 'peer 3']);
  charts.end(two);
  for (const { ref: last, name } of charts) if (name === 'peer 3') charts.end(last);
  charts.begin('peer', ref());
  expect(names()).toEqual(['load', 'peer']);
});

it('an onlooker hears of each that begins, moves and ends, once', () => {
  const { charts, ref } = house();
  const heard: unknown[] = [];
  charts.onlooker = {
    told: () => 0,
    handled: () => {},
    moved: (actor, by) => heard.push(['moved', 'name' in actor && actor.name, by]),
    changed: (actor) =>
      heard.push(['name' in actor && actor.name, 'isOver' in actor && actor.isOver]),
  };
  const one = ref();
  charts.moved(one);
  charts.begin('load', one);
  charts.moved(one, 'go');
  charts.end(one);
  charts.end(one);
  charts.moved(one);
  expect([heard, charts.find(one), charts.size]).toEqual([
    [
      ['load', false],
      ['moved', 'load', 'go'],
      ['load', true],
    ],
    undefined,
    0,
  ]);
});
