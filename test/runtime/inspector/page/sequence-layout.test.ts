import { describe, expect, it } from 'vitest';
import { sequenceOf } from '../../../../runtime/inspector/page/sequence.ts';
import { fitted, layoutOf, type Row } from '../../../../runtime/inspector/page/sequence-layout.ts';
import { event, note } from './happened.ts';

const always = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

const reach = (row: Row): [number, number] =>
  row.is === 'arrow'
    ? [Math.min(row.x1, row.x2), Math.max(row.x1, row.x2)]
    : [row.x, row.x + row.width];

describe('the drawing of a sequence', () => {
  const long = `${'very/'.repeat(40)}long`;
  const cast = ['a', 'b', long];
  const lines = [
    event(1, 'a', 'b', 'x'),
    event(2, long, 'a', 'word '.repeat(50)),
    event(3, undefined, 'a', 'in'),
    event(4, 'b', 'b', 'self'),
    note(5, 'word '.repeat(50)),
    note(6, 'word '.repeat(50), { at: long }),
    ...[10, 20, 30].flatMap((at) => [event(at, 'a', 'b', 'ask'), event(at, 'b', 'a', 'tell')]),
    event(40, 'a', 'b', 'last'),
  ];
  const layout = layoutOf(sequenceOf(lines, cast, always));

  it('has a lifeline for each, apart from each other, and all within its bounds', () => {
    const xs = layout.heads.map(({ x }) => x);
    expect(xs).toEqual([...xs].sort((one, other) => one - other));
    expect(Math.min(...xs.slice(1).map((x, at) => x - (xs[at] ?? 0)))).toBeGreaterThan(100);
    const outside = layout.rows.filter((row) => reach(row)[0] < 0 || reach(row)[1] > layout.width);
    expect(outside).toEqual([]);
  });

  it('goes down in the order it happened, and frames what happens in rounds', () => {
    const ys = layout.rows.map(({ y }) => y);
    expect(ys.every((y, at) => at === 0 || y >= (ys[at - 1] ?? 0) + 20)).toBe(true);
    expect(layout.height).toBeGreaterThan(ys.at(-1) ?? 0);
    const framed = layout.rows
      .filter(({ y }) => layout.frames.some((frame) => y > frame.y && y < frame.y + frame.height))
      .map(({ label }) => label);
    expect([layout.frames.map(({ label }) => label), framed]).toEqual([
      ['3 times'],
      ['ask', 'tell'],
    ]);
  });

  it('cuts what has no room: of a text the end, of a path the beginning', () => {
    expect(layout.heads[2]?.label).toMatch(/^….*\/long$/);
    expect(layout.rows[1]?.label).toMatch(/^word .*…$/);
    expect(fitted('🏠🏠🏠🏠🏠🏠', 22)).toBe('🏠🏠…');
  });

  it('needs nobody', () => {
    expect(layoutOf(sequenceOf([], [], always))).toMatchObject({ heads: [], rows: [], frames: [] });
  });
});
