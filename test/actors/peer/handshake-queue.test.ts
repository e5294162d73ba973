import { expect, it } from 'vitest';
import { HandshakeQueue } from '../../../actors/peer/handshake-queue.ts';

function stage() {
  const soon: (() => void)[] = [];
  const queue = new HandshakeQueue({ soon: (task) => soon.push(task) });
  const taken: string[] = [];
  const add = (of: object, what: string): boolean => queue.add(of, () => taken.push(what));
  const turn = (): number => {
    for (const task of soon.splice(0)) task();
    return taken.length;
  };
  return { soon, taken, add, turn };
}

it('one message of a handshake is taken in each turn, in order', () => {
  const { soon, taken, add, turn } = stage();
  for (const what of ['a', 'b', 'c']) add({}, what);
  expect([turn(), turn(), turn(), turn(), soon.length]).toEqual([1, 2, 3, 3, 0]);
  add({}, 'd');
  expect([turn(), taken]).toEqual([4, ['a', 'b', 'c', 'd']]);
});

it('two messages of one connection may wait, and no more', () => {
  const { add, turn } = stage();
  const [one, other] = [{}, {}];
  expect([add(one, 'a'), add(one, 'b'), add(one, 'c'), add(other, 'd')]).toEqual([
    ...[true, true, false, true],
  ]);
  turn();
  expect(add(one, 'e')).toBe(true);
});
