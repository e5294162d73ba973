import { expect, it } from 'vitest';
import { HandshakeQueue } from '../../../actors/peer/handshake-queue.ts';

function stage() {
  const strangers: (() => void)[] = [];
  const queue = new HandshakeQueue({ addStranger: (step) => strangers.push(step) });
  const taken: string[] = [];
  const add = (of: object, what: string): boolean => queue.add(of, () => taken.push(what));
  return { taken, add, next: () => strangers.shift()?.() };
}

it('messages of handshakes are taken in order, each as a step for a stranger', () => {
  const { taken, add, next } = stage();
  for (const what of ['a', 'b']) add({}, what);
  expect(taken).toEqual([]);
  next();
  expect(taken).toEqual(['a']);
  next();
  expect(taken).toEqual(['a', 'b']);
});

it('four messages of one connection are taken, and no more, taken or not', () => {
  const { add, next } = stage();
  const [one, other] = [{}, {}];
  expect(['a', 'b', 'c', 'd', 'e'].map((what) => add(one, what))).toEqual([
    ...[true, true, true, true, false],
  ]);
  expect(add(other, 'f')).toBe(true);
  for (let nth = 0; nth < 4; nth++) next();
  expect(add(one, 'g')).toBe(false);
});
