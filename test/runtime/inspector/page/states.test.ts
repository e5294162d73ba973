import { expect, it } from 'vitest';
import { Model } from '../../../../runtime/inspector/page/model.ts';
import {
  activeStates,
  awaitedText,
  shortStates,
  statesOf,
  takenEdges,
} from '../../../../runtime/inspector/page/states.ts';
import { doorChart, row } from './steps.ts';

function door() {
  const model = new Model();
  const rows = [row(0, -1, ''), row(1, 0, 'door', { chart: 0, states: [1, 99] })];
  model.take({ atMs: 0, isNew: true, charts: [doorChart], rows });
  model.take({ atMs: 1, lines: [['move', 1, 1, [2], [[0, 2]]]] });
  const actor = model.at('door');
  if (actor === undefined) throw new Error('there is a door');
  return { model, actor };
}

it('names the states of an actor, and passes over those that its chart has not', () => {
  const { model, actor } = door();
  expect(statesOf(model, actor)).toEqual(['open']);
  expect(statesOf(model, { ...actor, states: [1, 99] })).toEqual(['closed']);
});

it('is short in a row', () => {
  expect(shortStates(['a.b.c'])).toBe('c');
  expect(shortStates(['a.b', 'a.c', 'a.d', 'e'])).toBe('b · c +2');
  expect(shortStates([])).toBe('');
});

it('lights all that a state is within', () => {
  expect(activeStates(['a.b.c', 'd'])).toEqual(new Set(['', 'a', 'a.b', 'a.b.c', 'd']));
  expect(activeStates([])).toEqual(new Set());
  expect(activeStates([''])).toEqual(new Set(['']));
});

it('says how often each edge was taken, and which was the last', () => {
  const { actor } = door();
  expect(takenEdges(doorChart, actor).map(({ times, isLast }) => [times, isLast])).toEqual([
    [2, true],
    [0, false],
  ]);
});

it('says what is waited for as the chart does', () => {
  const types = ['xstate.after.500.till.open', 'xstate.after.refreshMs.prices.resting', 'till.due'];
  expect(types.map(awaitedText)).toEqual(['after 500 ms', 'after refreshMs', 'till.due']);
});
