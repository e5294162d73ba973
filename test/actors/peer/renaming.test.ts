import { expect, it } from 'vitest';
import { tellRotated } from '../../../actors/peer/renaming.ts';
import type { Asker } from '../../../actors/peer/requests/asked.ts';
import { failRequest } from '../../../actors/refusals.ts';

it.each<[string, (asker: Asker) => void]>([
  ['hears it', (asker) => asker.onAnswered({ encoding: 'nothing', bytes: new Uint8Array() })],
  ['knows no such method', (asker) => asker.onFailed(failRequest('METHOD_UNKNOWN'))],
])('whoever %s has been told of another key', (_, answer) => {
  const said: unknown[] = [];
  let done = 0;
  const peer = {
    ask: (...asked: readonly [name: string, payload: unknown, timeoutMs: number, asker: Asker]) => {
      said.push(asked.slice(0, 3));
      answer(asked[3]);
      return () => {};
    },
  };
  tellRotated(peer, Uint8Array.of(7), (againAfterMs) => {
    if (againAfterMs === undefined) done += 1;
  });
  expect(said).toEqual([
    ['holdfast.rotated', { encoding: 'bytes', bytes: Uint8Array.of(7) }, 10_000],
  ]);
  expect(done).toBe(1);
});
