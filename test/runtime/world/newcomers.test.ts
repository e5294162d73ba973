import { expect, it } from 'vitest';
import { Newcomers } from '../../../runtime/world/newcomers.ts';

function stage() {
  let nowMs = 0;
  const soon: (() => void)[] = [];
  const newcomers = new Newcomers({ soon: (task) => soon.push(task), monotonicMs: () => nowMs });
  let met = 0;
  const meet = (ms: number) => (): void => {
    met += 1;
    nowMs += ms;
  };
  /** How many were met once each turn was over, until nobody waits. */
  const run = (): number[] => {
    const told: number[] = [];
    while (soon.length > 0) {
      for (const task of soon.splice(0)) task();
      told.push(met);
    }
    return told;
  };
  return { newcomers, meet, run };
}

it('many who come at once have half a millisecond of a turn, or one of them has more', () => {
  const { newcomers, meet, run } = stage();
  for (const ms of [0.2, 0.2, 0.2, 9, 0, 0]) newcomers.add(meet(ms));
  expect(run()).toEqual([3, 4, 6]);
  newcomers.add(meet(0));
  expect(run()).toEqual([7]);
});

it('512 may wait, and no more', () => {
  const { newcomers, meet, run } = stage();
  const added = Array.from({ length: 600 }, () => newcomers.add(meet(0)));
  expect(added.filter((isIn) => isIn)).toHaveLength(512);
  expect([run(), newcomers.add(meet(0))]).toEqual([[512], true]);
});

it('what comes of one of them is in line, too', () => {
  const { newcomers, meet, run } = stage();
  newcomers.add(() => void newcomers.add(meet(0)));
  newcomers.add(meet(0.5));
  expect(run()).toEqual([1, 2]);
});

it('one that fails keeps nobody from the line', () => {
  const { newcomers, meet, run } = stage();
  newcomers.add(() => {
    throw new Error('no hello');
  });
  newcomers.add(meet(0));
  expect(run).toThrow('no hello');
  expect(run()).toEqual([1]);
});
