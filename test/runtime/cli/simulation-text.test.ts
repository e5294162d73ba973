import { expect, it } from 'vitest';
import { reachText } from '../../../runtime/cli/simulation-text.ts';

it('what was reached is said in a line each, and what was not, where that is little', () => {
  const edges = ['a', 'b', 'c', 'd'];
  expect(
    reachText({
      states: { door: ['open', 'shut'] },
      edges: { door: [] },
      missed: { door: { states: ['jammed'], edges } },
      sites: { 'the key breaks': 0 },
      sometimes: { 'somebody waits': 12 },
    }),
  ).toEqual([
    'door: 2 of 3 states (not jammed), 0 of 4 transitions',
    'the key breaks: NEVER',
    'somebody waits: 12 times',
  ]);
});
