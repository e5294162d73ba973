import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { onAbort } from '../../actors/on-abort.ts';

it('tells all who wait for a signal, in order, through one listener, and none who gave up', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const told: number[] = [];
  const deafen = [...Array(20).keys()].map((who) => onAbort(signal, () => told.push(who)));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const who of [0, 19]) deafen[who]?.();
  controller.abort();
  expect(told).toEqual([...Array(20).keys()].slice(1, -1));
});

it('takes nothing but a signal', () => {
  expect(() => onAbort(7 as never, () => {})).toThrow(TypeError);
  expect(() => onAbort({} as never, () => {})).toThrow(TypeError);
});
