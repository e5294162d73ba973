import { expect, it } from 'vitest';
import { History, liveBounds, traceBounds } from '../../../../runtime/inspector/page/history.ts';
import { doorChart, row } from './steps.ts';

const door = (states: readonly number[]) => row(1, 0, 'door', { chart: 0, states });
const snapshot = {
  isNew: true,
  charts: [doorChart],
  rows: [row(0, -1, '', { kind: 'supervisor' }), door([1])],
};

/** It opens at 10 ms, closes at 20 ms, and so on. */
function swinging(moves: number, bounds = traceBounds): History {
  const history = new History(bounds);
  history.take({ atMs: 0, ...snapshot });
  for (let move = 1; move <= moves; move++) {
    const edge = (move + 1) % 2;
    history.take({
      atMs: move * 10 + 5,
      lines: [['move', move * 10, 1, [edge === 0 ? 2 : 1], [[edge, 1]]]],
    });
  }
  return history;
}

const doorAt = (history: History, atMs: number) => {
  const { states, taken = [] } = history.at(atMs).at('door') ?? {};
  return { states, taken: taken.reduce((sum, times) => sum + times, 0) };
};

it('says how things were at every moment, far into a long run', () => {
  const history = swinging(10_000);
  expect([0, 9, 10, 19, 20, 50_000, 100_000].map((atMs) => doorAt(history, atMs))).toEqual([
    { states: [1], taken: 0 },
    { states: [1], taken: 0 },
    { states: [2], taken: 1 },
    { states: [2], taken: 1 },
    { states: [1], taken: 2 },
    { states: [1], taken: 5000 },
    { states: [1], taken: 10_000 },
  ]);
});

it('is after its end as it is now, and before its begin as it began', () => {
  const history = swinging(3);
  expect(doorAt(history, 1e9)).toEqual({ states: [2], taken: 3 });
  expect(history.at(1e9).atMs).toBe(35);
  expect(doorAt(history, -1)).toEqual({ states: [1], taken: 0 });
  expect(new History(traceBounds).at(5).actors).toEqual([]);
});

it('forgets the oldest beyond its weight, and says how much', () => {
  const history = swinging(20_000, { ...liveBounds, weightMax: 10_000 });
  expect(history.lines.length + history.forgotten).toBe(20_000);
  expect(history.lines.length).toBeLessThanOrEqual(10_000);
  const { fromMs } = history;
  expect(history.lines[0]?.line[1]).toBeGreaterThanOrEqual(fromMs);
  expect(doorAt(history, fromMs + 1).taken).toBe(history.forgotten);
});

it('forgets what is too old', () => {
  const history = swinging(20_000, { ...liveBounds, ageMaxMs: 50_000 });
  expect(history.fromMs).toBeGreaterThan(100_000);
});

it('names whom a line is about by path, for ids change from stream to stream', () => {
  const history = swinging(1);
  history.take({
    atMs: 30,
    lines: [
      ['event', 26, 0, 1, 'door.push', 1],
      ['event', 27, -1, 1, 'door.push', 2],
      ['fact', 28, { id: '1', type: 'actor.failed', subject: 'door', data: {} }],
    ],
  });
  history.take({ atMs: 40, isNew: true, charts: [], rows: [row(7, -1, '')] });
  expect(history.lines.map(({ path, from, chart }) => ({ path, from, chart }))).toEqual([
    { path: 'door', chart: doorChart },
    { path: 'door', from: '' },
    { path: 'door' },
    { path: 'door' },
  ]);
  expect(history.now.at('door')).toBeUndefined();
  expect(doorAt(history, 35).states).toEqual([2]);
});

it('begins anew when the time of the runtime does', () => {
  const history = swinging(3);
  history.take({ atMs: 1, ...snapshot });
  expect({ from: history.fromMs, to: history.toMs, lines: history.lines }).toEqual({
    from: 1,
    to: 1,
    lines: [],
  });
});

it('keeps of a thousand that all change how they stood once a second, and each move', () => {
  const rows = (tick: number) =>
    Array.from({ length: 1000 }, (_, id) => row(id + 1, 0, `a${id}`, { incarnation: 1 + tick }));
  const history = new History(liveBounds);
  history.take({ atMs: 0, isNew: true, charts: [doorChart], rows: rows(0) });
  for (let tick = 1; tick <= 30; tick++) {
    const atMs = tick * 100;
    history.take({ atMs, rows: rows(tick), lines: [['move', atMs, 1, [tick % 2], []]] });
  }
  const stood = [100, 1000, 1100, 2900].map((atMs) => history.at(atMs).at('a0'));
  expect(stood.map((one) => [one?.incarnation, one?.states[0]])).toEqual([
    [2, 1],
    [2, 0],
    [12, 1],
    [22, 1],
  ]);
  expect(history.now.at('a0')?.incarnation).toBe(31);
});
