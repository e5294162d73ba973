import { describe, expect, it } from 'vitest';
import type { Happened } from '../../../../runtime/inspector/page/history.ts';
import { isFound, tellingOf, wordsOf } from '../../../../runtime/inspector/page/telling.ts';
import { event, fact, move, note } from './happened.ts';

const told = (happened: Happened) => {
  const { tone, title, text } = tellingOf(happened);
  return `${tone}: ${title}: ${text}`;
};

describe('a line of what happened', () => {
  it('is told in words, whatever it is of', () => {
    const lines: Happened[] = [
      fact(1, 'actor.finished', 'a'),
      event(1, 'a', 'b', 'ping', 3),
      move(1, 'a', 'shut'),
      { line: ['move', 1, 2, [], []], path: 'a' },
      { line: ['log', 1, 'warn', 'low on tea', {}], path: '' },
      { line: ['log', 1, 'error', 'no tea', {}], path: '' },
      note(1, 'asks', { from: 'a', to: 'b', of: { price: 1 } }),
      { line: ['fault', 1, { kind: 'disk.full', atMs: 1, bytes: 5 }], path: '' },
      { line: ['violation', 1, 'one leads', 'a and b lead'], path: '' },
    ];
    expect(lines.map(told)).toEqual([
      'plain: actor.finished: is done',
      'plain: ping: is told ping ×3',
      'plain: shut: takes shut and is in shut',
      'plain: move: moves',
      'turn: warn: low on tea',
      'bad: error: no tea',
      'plain: note: asks from=a to=b of={"price":1}',
      'bad: disk.full: disk.full bytes=5',
      'bad: one leads: a and b lead',
    ]);
  });

  it('is found by all words of a search, in any order and of any case', () => {
    const line = event(1, 'shop/till', 'shop/counter', 'Add');
    const isFoundBy = (search: string) => isFound(line, wordsOf(search));
    expect(['', 'COUNTER till', ' add ', 'counter gone'].map(isFoundBy)).toEqual([
      ...[true, true, true, false],
    ]);
  });
});
