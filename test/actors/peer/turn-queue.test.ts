import { expect, it } from 'vitest';
import { TurnQueue } from '../../../actors/peer/turn-queue.ts';

function stage() {
  let nowMs = 0;
  const soon: (() => void)[] = [];
  const rests: { ms: number; task: () => void }[] = [];
  const turns = new TurnQueue({
    soon: (task) => soon.push(task),
    after: (ms, task) => {
      rests.push({ ms, task });
      return () => {};
    },
    monotonicMs: () => nowMs,
  });
  const diary: string[] = [];
  const say =
    (word: string, ms = 0) =>
    (): void => {
      diary.push(word);
      nowMs += ms;
    };
  /** What is done in each turn, until nothing waits. */
  const run = (): string[] => {
    const told: string[] = [];
    while (soon.length > 0) {
      for (const task of soon.splice(0)) task();
      told.push(diary.splice(0).join(' '));
    }
    return told;
  };
  /** How long strangers rested. */
  const rest = (): number[] =>
    rests.splice(0).map(({ ms, task }) => {
      task();
      return ms;
    });
  return { turns, say, run, rest };
}

it('four steps are made in each turn, in order', () => {
  const { turns, say, run } = stage();
  for (let nth = 0; nth < 10; nth++) turns.add(say(`${nth}`));
  expect(run()).toEqual(['0 1 2 3', '4 5 6 7', '8 9']);
});

it('no step is begun once those of the turn have taken a millisecond', () => {
  const { turns, say, run } = stage();
  for (const ms of [0.6, 0.3, 0.2, 5, 0]) turns.add(say(`${ms}`, ms));
  expect(run()).toEqual(['0.6 0.3 0.2', '5', '0']);
});

it('what is ready is sent before any step, and before anything for a stranger', () => {
  const { turns, say, run } = stage();
  turns.addStranger(say('stranger'));
  for (let nth = 0; nth < 5; nth++) turns.add(say(`${nth}`));
  for (const word of ['a', 'b']) turns.send(say(`send ${word}`));
  expect(run()).toEqual(['send a send b 0 1 2 3 stranger', '4']);
});

it('strangers have half a millisecond of a turn, or one of them has more', () => {
  const { turns, say, run, rest } = stage();
  for (const ms of [0.2, 0.2, 0.2, 9, 0, 0]) turns.addStranger(say(`${ms}`, ms));
  expect([run(), rest()]).toEqual([['0.2 0.2 0.2', '9', '0 0'], []]);
});

it('while others are served, strangers rest for four milliseconds after each time', () => {
  const { turns, say, run, rest } = stage();
  for (const word of ['a', 'b', 'c', 'd']) turns.addStranger(say(`stranger ${word}`, 1));
  turns.send(say('send'));
  expect([run(), rest()]).toEqual([['send stranger a'], [4]]);
  turns.add(say('step'));
  expect([run(), rest()]).toEqual([['step stranger b'], [4]]);
  expect([run(), rest()]).toEqual([['stranger c', 'stranger d'], []]);
});

it('what was served while strangers rested is served again, if more of them come', () => {
  const { turns, say, run, rest } = stage();
  turns.addStranger(say('stranger a'));
  turns.send(say('send'));
  run();
  turns.send(say('send'));
  expect([run(), rest()]).toEqual([['send'], [4]]);
  turns.addStranger(say('stranger b'));
  expect([run(), rest()]).toEqual([['stranger b'], [4]]);
});

it('what the greedy took of a turn is taken from it', () => {
  const { turns, say, run } = stage();
  turns.take();
  say('work', 1)();
  for (let nth = 0; nth < 3; nth++) turns.add(say(`${nth}`));
  expect(run()).toEqual(['work 0', '1 2']);
});

it('what a step has to send is sent in the next turn, which goes on with the others', () => {
  const { turns, say, run } = stage();
  for (let nth = 0; nth < 5; nth++)
    turns.add(nth === 0 ? () => turns.send(say('send')) : say(`${nth}`));
  expect(run()).toEqual(['1 2 3', 'send 4']);
});

it('what goes on after a step does so in the next turn, once its first part is sent', () => {
  const { turns, say, run } = stage();
  turns.add(() => {
    say('first')();
    turns.send(say('send'));
    turns.add(say('second'));
  });
  expect(run()).toEqual(['first', 'send second']);
});

it('whoever takes more than its share goes on for a millisecond, if nobody waits', () => {
  const { turns, say, run } = stage();
  const taken = [0.6, 0.6, 0].map((ms) => {
    const isTaken = turns.take();
    say('work', ms)();
    return isTaken;
  });
  expect(taken).toEqual([true, true, false]);
  run();
  expect(turns.take()).toBe(true);
  turns.add(say('a'));
  run();
  turns.add(say('b'));
  expect(turns.take()).toBe(false);
});
