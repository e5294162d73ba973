import { beforeEach, expect, it } from 'vitest';
import { History, traceBounds } from '../../../../runtime/inspector/page/history.ts';
import * as state from '../../../../runtime/inspector/page/state.ts';
import { row } from './steps.ts';

const welcome = {
  protocol: 1,
  name: 'orders',
  viewer: 'v',
  beganMs: 1000,
  commands: ['actor.restart' as const],
  why: 'control is off',
};

beforeEach(() => {
  state.source.value = { is: 'live' };
  state.cursor.value = null;
  state.connection.value = { is: 'live' };
  state.welcome.value = welcome;
  state.takeStep({ atMs: 0, isNew: true, rows: [row(0, -1, '')], more: 0 });
  state.takeStep({ atMs: 50, rows: [row(1, 0, 'late')] });
});

it('shows now, or the moment that is looked at', () => {
  expect(state.shown.value.model.at('late')?.path).toBe('late');
  state.cursor.value = 20;
  expect(state.shown.value.model.at('late')).toBeUndefined();
  state.takeStep({ atMs: 60, rows: [row(2, 0, 'later')] });
  expect(state.shown.value.atMs).toBe(20);
  state.cursor.value = null;
  expect(state.shown.value.model.at('later')?.path).toBe('later');
});

it('shows panels as they were', () => {
  state.takePanel({ name: 'letters', atMs: 10, data: { total: 1 } });
  state.takePanel({ name: 'letters', atMs: 40, data: { total: 2 } });
  expect(state.panel('letters')).toEqual({ total: 2 });
  state.cursor.value = 20;
  expect(state.panel('letters')).toEqual({ total: 1 });
});

it('says why nothing may be done', () => {
  expect(state.mayCommand('actor.restart')).toEqual({ may: true, why: '' });
  expect(state.mayCommand('peer.ban')).toEqual({ may: false, why: 'control is off' });
  state.cursor.value = 20;
  expect(state.mayCommand('actor.restart').why).toContain('past');
  state.cursor.value = null;
  state.connection.value = { is: 'away', because: '' };
  expect(state.mayCommand('actor.restart').why).toContain('no connection');
  const history = new History(traceBounds);
  state.source.value = { is: 'trace', name: 'a', history };
  expect(state.mayCommand('actor.restart').why).toContain('trace');
  expect(state.panel('letters')).toBeUndefined();
});

it('knows the calendar of a live runtime only', () => {
  expect(state.calendarOf(500)).toEqual(new Date(1500));
  state.source.value = { is: 'trace', name: 'a', history: new History(traceBounds) };
  expect(state.calendarOf(500)).toBeUndefined();
});
