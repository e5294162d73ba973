import { expect, it } from 'vitest';
import { TurnQueue } from '../../../actors/peer/turn-queue.ts';

function stage() {
  let nowMs = 0;
  const soon: (() => void)[] = [];
  const turns = new TurnQueue({ soon: (task) => soon.push(task), monotonicMs: () => nowMs });
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
  return { turns, say, run };
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
  for (const word of ['a', 'b']) turns.addStranger(say(`stranger ${word}`));
  for (let nth = 0; nth < 5; nth++) turns.add(say(`${nth}`));
  for (const word of ['a', 'b']) turns.send(say(`send ${word}`));
  expect(run()).toEqual(['send a send b 0 1 2 3 stranger a', '4 stranger b']);
});

it('steps and strangers share a millisecond of a turn, and take turns if it is too short', () => {
  const { turns, say, run } = stage();
  for (const word of ['a', 'b']) turns.addStranger(say(`stranger ${word}`, 2));
  for (let nth = 0; nth < 4; nth++) turns.add(say(`${nth}`, nth < 2 ? 2 : 0));
  expect(run()).toEqual(['0', 'stranger a', '1', 'stranger b', '2 3']);
});

it('what the greedy took of a turn is taken from it', () => {
  const { turns, say, run } = stage();
  turns.take();
  say('work', 1)();
  for (let nth = 0; nth < 3; nth++) turns.add(say(`${nth}`));
  turns.addStranger(say('stranger'));
  expect(run()).toEqual(['work 0', 'stranger 1 2']);
});

it('what a step has to send is sent in the next turn, which goes on with the others', () => {
  const { turns, say, run } = stage();
  for (let nth = 0; nth < 5; nth++)
    turns.add(nth === 0 ? () => turns.send(say('send')) : say(`${nth}`));
  expect(run()).toEqual(['1 2 3', 'send 4']);
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
