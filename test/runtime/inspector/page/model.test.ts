import { expect, it } from 'vitest';
import { LINGER_MS, Model } from '../../../../runtime/inspector/page/model.ts';
import type { Row } from '../../../../runtime/inspector/protocol.ts';
import { doorChart, row } from './steps.ts';

const rows: readonly Row[] = [
  row(0, -1, '', { kind: 'supervisor' }),
  row(1, 0, 'workers', { kind: 'supervisor' }),
  row(2, 1, 'mailer', { chart: 0, states: [1] }),
];

function began(): Model {
  const model = new Model();
  model.take({ atMs: 10, isNew: true, charts: [doorChart], rows });
  return model;
}

it('knows actors by their path, as a snapshot tells them', () => {
  const mailer = began().at('workers/mailer');
  expect(mailer).toEqual({
    id: 2,
    parent: 1,
    path: 'workers/mailer',
    name: 'mailer',
    kind: 'actor',
    chart: 0,
    life: 'running',
    states: [1],
    incarnation: 1,
    restarts: 0,
    waiting: 0,
    taken: [],
    lastEdges: [],
    movedMs: -1,
    restartedMs: -1,
    endedMs: -1,
  });
  expect(mailer && began().chartOf(mailer)).toBe(doorChart);
});

it('counts each edge that was taken, however often in a line', () => {
  const model = began();
  model.take({
    atMs: 30,
    lines: [
      ['move', 20, 2, [2], [[0, 3]]],
      ['move', 25, 2, [1], [[1, 2]]],
    ],
  });
  const { taken, lastEdges, states, movedMs } = model.at('workers/mailer') ?? {};
  expect({ taken, lastEdges, states, movedMs }).toEqual({
    taken: [3, 2],
    lastEdges: [1],
    states: [1],
    movedMs: 25,
  });
});

it('sees a restart by the incarnation, and keeps the counts over it', () => {
  const model = began();
  model.take({ atMs: 30, lines: [['move', 20, 2, [2], [[0, 1]]]] });
  model.take({ atMs: 40, rows: [row(2, 1, 'mailer', { chart: 0, states: [1], incarnation: 2 })] });
  const { restartedMs, taken } = model.at('workers/mailer') ?? {};
  expect({ restartedMs, taken }).toEqual({ restartedMs: 40, taken: [1] });
});

it('lets an actor that ended linger, then forgets it', () => {
  const model = began();
  model.take({ atMs: 100, gone: [2] });
  expect(model.at('workers/mailer')).toMatchObject({ life: 'ended', endedMs: 100 });
  model.take({ atMs: 100 + LINGER_MS });
  expect(model.at('workers/mailer')?.life).toBe('ended');
  model.take({ atMs: 101 + LINGER_MS });
  expect(model.at('workers/mailer')).toBeUndefined();
});

it('says whose path it is once another has come to it', () => {
  const model = began();
  model.take({ atMs: 100, gone: [2] });
  model.take({ atMs: 110, rows: [row(3, 1, 'mailer')] });
  model.take({ atMs: 200 + LINGER_MS });
  expect(model.at('workers/mailer')?.id).toBe(3);
});

it('is not changed by what its copy takes', () => {
  const model = began();
  const copy = model.copy();
  copy.take({ atMs: 40, rows: [row(3, 1, 'other')], gone: [2] });
  expect(model.at('workers/other')).toBeUndefined();
  copy.take({ atMs: 45, rows: [row(5, 1, 'mailer')] });
  expect(copy.at('workers/mailer')?.id).toBe(5);
  expect(model.at('workers/mailer')?.life).toBe('running');
  model.take({ atMs: 50, rows: [row(4, 1, 'third')] });
  expect(copy.at('workers/third')).toBeUndefined();
});

it('takes of a step only what had happened', () => {
  const model = began();
  const lines = [
    ['move', 20, 2, [2], [[0, 1]]],
    ['move', 25, 2, [1], [[1, 1]]],
  ] as const;
  model.take({ atMs: 30, lines, rows: [row(3, 1, 'late')] }, 22);
  expect(model.at('workers/mailer')?.states).toEqual([2]);
  expect(model.at('workers/late')).toBeUndefined();
  expect(model.atMs).toBe(20);
});

it('passes over lines of actors that it does not know', () => {
  const model = began();
  model.take({ atMs: 30, lines: [['move', 20, 99, [0], [[0, 1]]]], gone: [98] });
  expect(model.at('workers/mailer')?.states).toEqual([1]);
});
