import { expect, it } from 'vitest';
import { sendTo, setup } from 'xstate';
import { LineList } from '../../../runtime/inspector/line-list.ts';
import { Roster } from '../../../runtime/inspector/roster.ts';
import { tap } from '../../../runtime/inspector/tap.ts';
import { ToldCharts } from '../../../runtime/inspector/told-charts.ts';
import { watched } from './watched.ts';

const inner = setup({}).createMachine({ id: 'inner', on: { hello: {} } });
const nest = setup({ actors: { inner } }).createMachine({
  id: 'nest',
  invoke: { id: 'inner', src: 'inner' },
  on: { greet: { actions: sendTo('inner', { type: 'hello' }) } },
});

it('tells of what goes on within an actor, and nothing twice, until it is taken off', () => {
  const { top, kernel, clock } = watched();
  const actor = top.supervisor('hall').start('nest', nest);
  const charts = new ToldCharts();
  const roster = new Roster(kernel, charts);
  const lines = new LineList();
  const cancel = tap(kernel.system, {
    ...{ roster, charts, lines, nowMs: 0 },
    nameOf: (type) => type,
    guard: (work) => work(),
  });
  actor.tell({ type: 'greet' });
  clock.advance(0);
  const told = [
    ['move', 0, 2, [0], [[0, 1]]],
    ['event', 0, 2, 3, 'hello', 1],
    ['move', 0, 3, [0], [[0, 1]]],
  ];
  expect(lines.read()).toEqual(told);
  cancel();
  actor.tell({ type: 'greet' });
  clock.advance(0);
  expect(lines.read()).toHaveLength(told.length);
});

it('tells in which state an actor begins, again after each restart', () => {
  const { top, kernel, clock } = watched();
  const till = setup({}).createMachine({
    id: 'till',
    initial: 'open',
    states: { open: { on: { close: 'closed' } }, closed: {} },
  });
  const charts = new ToldCharts();
  const roster = new Roster(kernel, charts);
  const lines = new LineList();
  tap(kernel.system, {
    ...{ roster, charts, lines, nowMs: 0 },
    nameOf: (type) => type,
    guard: (work) => work(),
  });
  const actor = top.supervisor('hall').start('till', till);
  actor.tell({ type: 'close' });
  clock.advance(0);
  actor.restart('to begin anew');
  clock.advance(0);
  const moves = lines.read().map((line) => line.slice(3));
  expect(moves).toEqual([
    [[1], []],
    [[2], [[0, 1]]],
    [[1], []],
  ]);
});
