import { expect, it } from 'vitest';
import { Model } from '../../../../runtime/inspector/page/model.ts';
import {
  countLives,
  type Filter,
  strideOf,
  treeLines,
} from '../../../../runtime/inspector/page/tree-lines.ts';
import { row } from './steps.ts';

const all: Filter = { query: '', lives: new Set(), hidden: new Set(), closed: new Set() };

const model = new Model();
model.take({
  atMs: 0,
  isNew: true,
  rows: [
    row(0, -1, '', { kind: 'supervisor' }),
    row(1, 0, 'workers', { kind: 'supervisor' }),
    row(2, 0, 'breaker', { kind: 'chart' }),
    row(3, 1, 'mailer'),
    row(4, 1, 'packer', { life: 'failing' }),
    row(5, 3, 'inner', { kind: 'inner' }),
  ],
});

const read = (filter: Partial<Filter>) =>
  treeLines(model, { ...all, ...filter }).map(
    ({ id, depth }) => `${'  '.repeat(depth)}${model.actors[id]?.name || 'root'}`,
  );

it('reads from top to bottom', () => {
  expect(read({})).toEqual([
    'root',
    '  workers',
    '    mailer',
    '      inner',
    '    packer',
    '  breaker',
  ]);
  expect(treeLines(model, all)[1]).toEqual({
    id: 1,
    depth: 1,
    isOpen: true,
    within: 3,
    position: 1,
    siblings: 2,
  });
});

it('shows what has ended within another for a moment only, all else while it is known', () => {
  const ending = new Model();
  ending.take({
    atMs: 0,
    isNew: true,
    rows: [row(0, -1, ''), row(1, 0, 'mailer'), row(2, 1, 'inner', { kind: 'inner' })],
  });
  ending.take({ atMs: 100, gone: [2, 1] });
  const names = () => treeLines(ending, all).map(({ id }) => ending.actors[id]?.name);
  expect(names()).toEqual(['', 'mailer', 'inner']);
  ending.take({ atMs: 2_101 });
  expect(names()).toEqual(['', 'mailer']);
  expect(countLives(ending, new Set()).get('ended')).toBe(1);
});

it('keeps whatever is above what was looked for', () => {
  expect(read({ query: 'INNER' })).toEqual(['root', '  workers', '    mailer', '      inner']);
  expect(read({ lives: new Set(['failing']) })).toEqual(['root', '  workers', '    packer']);
  expect(read({ query: 'nobody' })).toEqual([]);
});

it('hides the house, and what is in a closed branch, unless it is searched', () => {
  const closed = new Set(['workers']);
  expect(read({ closed, hidden: new Set(['chart']) })).toEqual(['root', '  workers']);
  expect(read({ closed, query: 'mailer' })).toContain('    mailer');
});

it('shows ten thousand, and those whose parent is not told', () => {
  const many = new Model();
  const rows = Array.from({ length: 10_000 }, (_, id) => row(id, id - 1 - (id % 50), `a${id}`));
  many.take({ atMs: 0, isNew: true, rows });
  expect(treeLines(many, all)).toHaveLength(10_000);
  const orphan = new Model();
  orphan.take({ atMs: 0, isNew: true, rows: [row(7, 3, 'lost')] });
  expect(treeLines(orphan, all)).toHaveLength(1);
});

it('counts the living and the failing', () => {
  expect(countLives(model, new Set(['chart']))).toEqual(
    new Map([
      ['running', 4],
      ['failing', 1],
    ]),
  );
});

it('is walked by keys: down, in, out, closed and opened', () => {
  const lines = treeLines(model, all);
  const from = (key: string, at: number) => strideOf(key, at, lines);
  expect(from('ArrowDown', 5)).toEqual({ to: 5 });
  expect(from('ArrowUp', 0)).toEqual({ to: 0 });
  expect(from('End', 0)).toEqual({ to: 5 });
  expect(from('ArrowRight', 1)).toEqual({ to: 2 });
  expect(from('ArrowRight', 4)).toBeUndefined();
  expect(from('ArrowLeft', 1)).toEqual({ closes: 1 });
  expect(from('ArrowLeft', 4)).toEqual({ to: 1 });
  expect(from('x', 0)).toBeUndefined();
  const closed = treeLines(model, { ...all, closed: new Set(['workers']) });
  expect(strideOf('ArrowRight', 1, closed)).toEqual({ opens: 1 });
  expect(strideOf('ArrowDown', 0, [])).toBeUndefined();
});
