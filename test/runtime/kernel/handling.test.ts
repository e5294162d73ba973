import { expect, it } from 'vitest';
import { createEmptyActor } from 'xstate';
import { type Handler, handle, SEVERAL } from '../../../runtime/kernel/handling.ts';

const actor = createEmptyActor();

/** What is relayed is `work`. */
const hand = (handler: Handler | undefined, type: string, work: () => void): void =>
  handle(handler, work, undefined, actor, { type });

it('whoever handles an event is looked at after it, and before what that leads to', () => {
  const seen: unknown[] = [];
  const handler: Handler = { moved: () => seen.push(handler.handling) };
  hand(handler, 'go', () => {
    seen.push('first');
    hand(handler, 'answer', () => seen.push('second'));
  });
  hand(undefined, 'go', () => seen.push('nobody'));
  expect(seen).toEqual(['first', 'go', 'second', SEVERAL, SEVERAL, 'nobody']);
  expect(handler.handling).toBe(undefined);
});

it('whoever throws at an event handles none any more', () => {
  const handler: Handler = { moved: () => {} };
  const fail = () => {
    throw new Error('it fails');
  };
  expect(() => hand(handler, 'go', fail)).toThrow('it fails');
  expect(handler.handling).toBe(undefined);
});
