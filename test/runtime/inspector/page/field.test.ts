import { expect, it } from 'vitest';
import { cellsOf, fieldOf } from '../../../../runtime/inspector/page/field.ts';
import { Model } from '../../../../runtime/inspector/page/model.ts';
import { row } from './steps.ts';

it('gives all of them room, as large as may be', () => {
  expect(fieldOf(10, 1000, 120)).toEqual({ columns: 71, rows: 1, size: 14 });
  const { columns, rows, size } = fieldOf(10_000, 1000, 120);
  expect(columns * rows).toBeGreaterThanOrEqual(10_000);
  expect([rows * size <= 120, columns * size <= 1000]).toEqual([true, true]);
});

it('has cells of the smallest size, where there is no room for all', () => {
  expect(fieldOf(1e6, 300, 100).size).toBe(3);
  expect(fieldOf(5, 0, 100)).toMatchObject({ columns: 1 });
});

it('draws an actor by its life, what it just did, and whether it was looked for', () => {
  const model = new Model();
  const lives = ['running', 'running', 'failing', 'running'] as const;
  const rows = lives.map((life, id) => row(id, 9, `a${id}`, { life }));
  model.take({ atMs: 0, isNew: true, rows: [...rows, row(4, 9, 'b')] });
  model.take({ atMs: 1000, lines: [['move', 1000, 1, [], []]] });
  model.take({ atMs: 1000, rows: [row(3, 9, 'a3', { incarnation: 2 })] });
  const filter = {
    query: 'a',
    lives: new Set<never>(),
    hidden: new Set<never>(),
    closed: new Set<never>(),
  };
  expect(cellsOf(model, filter, 1100)).toEqual({
    ids: [0, 1, 2, 3, 4],
    looks: ['good-fill 0.5', 'good-fill 1', 'bad-fill 1', 'fired 1', 'gone-fill 0.25'],
  });
});
