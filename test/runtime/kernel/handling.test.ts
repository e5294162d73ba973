import { expect, it } from 'vitest';
import { type Handler, handle, SEVERAL } from '../../../runtime/kernel/handling.ts';

it('whoever handles an event is looked at after it, and before what that leads to', () => {
  const seen: unknown[] = [];
  const handler: Handler = { moved: () => seen.push(handler.handling) };
  handle(handler, 'go', () => {
    seen.push('first');
    handle(handler, 'answer', () => seen.push('second'));
  });
  handle(undefined, 'go', () => seen.push('nobody'));
  expect(seen).toEqual(['first', 'go', 'second', SEVERAL, SEVERAL, 'nobody']);
  expect(handler.handling).toBe(undefined);
});

it('whoever throws at an event handles none any more', () => {
  const handler: Handler = { moved: () => {} };
  const fail = () => {
    throw new Error('it fails');
  };
  expect(() => handle(handler, 'go', fail)).toThrow('it fails');
  expect(handler.handling).toBe(undefined);
});
