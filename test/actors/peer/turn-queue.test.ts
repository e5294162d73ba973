import { expect, it } from 'vitest';
import { TurnQueue } from '../../../actors/peer/turn-queue.ts';

it('four steps are made in each turn, in order', () => {
  const soon: (() => void)[] = [];
  const queue = new TurnQueue({ soon: (task) => soon.push(task) });
  const made: number[] = [];
  for (let nth = 0; nth < 10; nth++) queue.add(() => made.push(nth));
  const turns: number[] = [];
  while (soon.length > 0) {
    for (const task of soon.splice(0)) task();
    turns.push(made.length);
  }
  expect([made, turns]).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [4, 8, 10],
  ]);
});
