import { expect, it } from 'vitest';
import { Newcomers } from '../../../runtime/world/newcomers.ts';

function stage() {
  let nowMs = 0;
  const soon: (() => void)[] = [];
  const rests: { ms: number; task: () => void }[] = [];
  const newcomers = new Newcomers({
    soon: (task) => soon.push(task),
    after: (ms, task) => {
      rests.push({ ms, task });
      return () => {};
    },
    monotonicMs: () => nowMs,
  });
  let met = 0;
  const meet = (ms: number) => (): void => {
    met += 1;
    nowMs += ms;
  };
  /** How many were met before each rest, and how long that was, until nobody waits. */
  const run = (): string[] => {
    const told: string[] = [];
    for (const task of soon.splice(0)) task();
    for (let next = rests.shift(); next !== undefined; next = rests.shift()) {
      told.push(`${met}, ${next.ms} ms`);
      next.task();
    }
    return told;
  };
  return { newcomers, meet, run };
}

it('many who come at once have half a millisecond, or one has more, and rest for four', () => {
  const { newcomers, meet, run } = stage();
  for (const ms of [0.2, 0.2, 0.2, 9, 0, 0]) newcomers.arrive(meet(ms));
  expect(run()).toEqual(['3, 4 ms', '4, 4 ms', '6, 4 ms']);
  newcomers.arrive(meet(0));
  expect(run()).toEqual(['7, 4 ms']);
});

it('512 may wait, and no more', () => {
  const { newcomers, meet, run } = stage();
  const added = Array.from({ length: 600 }, () => newcomers.arrive(meet(0)));
  expect(added.filter((isIn) => isIn)).toHaveLength(512);
  expect([run(), newcomers.arrive(meet(0))]).toEqual([['512, 4 ms'], true]);
});

it('what comes of one of them is in line, too', () => {
  const { newcomers, meet, run } = stage();
  newcomers.arrive(() => void newcomers.arrive(meet(0)));
  newcomers.arrive(meet(0.5));
  expect(run()).toEqual(['1, 4 ms', '2, 4 ms']);
});

it('one that fails keeps nobody from the line', () => {
  const { newcomers, meet, run } = stage();
  newcomers.arrive(() => {
    throw new Error('no hello');
  });
  newcomers.arrive(meet(0));
  expect(run).toThrow('no hello');
  expect(run()).toEqual(['0, 4 ms', '1, 4 ms']);
});

it('who was met before is in line before all who were not', () => {
  const { newcomers, run } = stage();
  const met: string[] = [];
  for (const one of ['a', 'b']) newcomers.arrive(() => met.push(one));
  for (const one of ['c', 'd']) newcomers.ask(() => met.push(one));
  run();
  expect(met).toEqual(['c', 'd', 'a', 'b']);
});
