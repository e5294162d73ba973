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

it('two messages of one connection may wait, and no more', () => {
  const { add, next } = stage();
  const [one, other] = [{}, {}];
  expect([add(one, 'a'), add(one, 'b'), add(one, 'c'), add(other, 'd')]).toEqual([
    ...[true, true, false, true],
  ]);
  next();
  expect(add(one, 'e')).toBe(true);
});
