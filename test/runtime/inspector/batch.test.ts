import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { chartOf } from '../../../runtime/chart-of.ts';
import { Batch } from '../../../runtime/inspector/batch.ts';
import type { Row } from '../../../runtime/inspector/protocol.ts';

const row = (id: number, waiting = 0): Row => [id, 0, `a${id}`, 1, -1, 1, [], 1, 0, waiting];
const chart = chartOf(setup({}).createMachine({ id: 'lamp' }));

function batch(atMs: number, rows: readonly Row[], gone: readonly number[], freshFrom: number) {
  const made = new Batch();
  made.atMs = atMs;
  made.put([], rows, gone, freshFrom);
  return made;
}

it('tells only what there is', () => {
  const made = batch(1.23456, [row(1)], [], 5);
  expect([new Batch().isEmpty, made.isEmpty, JSON.parse(made.delta(3))]).toEqual([
    true,
    false,
    { seq: 3, atMs: 1.23, rows: [row(1)] },
  ]);
  made.put([chart], [], [], 5);
  made.more = 2;
  made.lines.lost = 4;
  const both = batch(1, [], [], 5);
  both.add(made);
  expect(JSON.parse(both.delta(4))).toEqual({
    seq: 4,
    atMs: 1.23,
    charts: [chart],
    rows: [row(1)],
    lost: 4,
    more: 2,
  });
});

it('with what came later has the newest row of each, and not those who came and went', () => {
  const first = batch(1, [row(1), row(2), row(8)], [], 8);
  const later = batch(2, [row(1, 3), row(2), row(8), row(9)], [2, 8], 9);
  const both = new Batch();
  for (const each of [first, later, batch(3, [], [9], 10)]) both.add(each);
  expect(JSON.parse(both.delta(1))).toEqual({
    seq: 1,
    atMs: 3,
    rows: [row(1, 3), row(2)],
    gone: [2],
  });
});
