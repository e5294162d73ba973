import { describe, expect, it } from 'vitest';
import { LineList } from '../../../runtime/inspector/line-list.ts';

const fact = { id: 'f-1', type: 'actor.failed', data: {} };

function full(): LineList {
  const lines = new LineList();
  for (let nth = 0; nth < 400; nth++) lines.event(nth, -1, 1, 'go');
  return lines;
}

describe('lines', () => {
  it('are told in order, each as it was, up to 400', () => {
    const lines = new LineList();
    lines.event(1, 2, 3, 'go');
    lines.move(1, 3, [4], [[0, 1]]);
    lines.fact(2, fact, 10);
    expect([lines.isEmpty, lines.lost, lines.read()]).toEqual([
      false,
      0,
      [
        ['event', 1, 2, 3, 'go', 1],
        ['move', 1, 3, [4], [[0, 1]]],
        ['fact', 2, fact],
      ],
    ]);
  });

  it('past that are summed up: events by who told whom what, moves by actor and edge', () => {
    const lines = full();
    for (let nth = 0; nth < 10; nth++) {
      lines.event(500, 2, 3, 'go');
      lines.event(500, 3, 2, 'go');
      lines.move(500 + nth, 3, [nth % 2], [[nth % 2, 1]]);
    }
    expect(lines.read().slice(400)).toEqual([
      ['event', 500, 2, 3, 'go', 10],
      ['event', 500, 3, 2, 'go', 10],
      [
        'move',
        500,
        3,
        [1],
        [
          [0, 5],
          [1, 5],
        ],
      ],
    ]);
  });

  it('of two lists make one of which nothing is missing', () => {
    const lines = full();
    const later = full();
    later.move(600, 3, [4], [[0, 2]]);
    later.lost = 7;
    lines.addAll(later);
    const [, summed, move] = [0, ...lines.read().slice(400)];
    expect([lines.lost, summed, move]).toEqual([
      7,
      ['event', 0, -1, 1, 'go', 400],
      ['move', 600, 3, [4], [[0, 2]]],
    ]);
  });

  it('of facts are bounded by what they hold, and those that are left out are counted', () => {
    const lines = new LineList();
    for (let nth = 0; nth < 20; nth++) lines.fact(nth, fact, 64 * 1024);
    expect([lines.read().length, lines.lost]).toEqual([8, 12]);
    const many = new LineList();
    for (let nth = 0; nth < 1_000; nth++) many.fact(nth, fact, 1);
    expect([many.read().length, many.lost]).toEqual([800, 200]);
  });
});
