import { expect, it } from 'vitest';
import { mermaidOf } from '../../../../../runtime/inspector/page/chart/mermaid.ts';
import { orderChart } from '../charts.ts';
import { doorChart } from '../steps.ts';

it('writes a chart as Mermaid reads it', () => {
  expect(mermaidOf(doorChart)).toBe(
    `stateDiagram-v2
  [*] --> s1
  state "closed" as s1
  state "open" as s2
  s1 --> s2 : door.push
  s2 --> s1 : door.pull
`,
  );
});

it('writes regions, ends, guards, actions and all targets', () => {
  const lines = mermaidOf(orderChart).split('\n');
  const ends = [
    '  s1 --> s2 : order.placed [hasStock] / reserve, log',
    '    s9 --> [*]',
    '  s0 --> s10 : order.lost',
  ];
  expect(lines).toEqual(expect.arrayContaining(ends));
  expect(lines.filter((line) => line.trim() === '--')).toHaveLength(1);
  expect(lines.filter((line) => line.includes('order.retried'))).toEqual([
    '  s10 --> s4 : order.retried',
    '  s10 --> s7 : order.retried',
  ]);
  expect(lines.filter((line) => line.endsWith('{'))).toHaveLength(4);
});

it('lets no name be taken for Mermaid of its own', () => {
  const [push, ...rest] = doorChart.edges;
  if (push === undefined) throw new Error('a door is pushed');
  const event = 'a; b: c\n[*] --> d "e" #f';
  const line = mermaidOf({ ...doorChart, edges: [{ ...push, event }, ...rest] }).split('\n')[4];
  expect(line).toBe('  s1 --> s2 : a#59; b#58; c [*] --#62; d #34;e#34; #35;f');
});
